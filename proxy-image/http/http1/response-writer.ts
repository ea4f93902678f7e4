import type { Socket } from 'node:net';
import type { ResponseSink } from '../exchange/types.ts';
import type { ResponseRules } from '../headers/rules.ts';
import type { BodyDecoder } from './body.ts';
import { writeAsChunk, writeMessage, writePieces } from './message.ts';
import { Pieces } from './pieces.ts';
import type { RequestHead } from './request-head.ts';
import { ResponseHead } from './response-head.ts';
import { planInterim, planResponse, type ResponsePlan } from './response-plan.ts';

/** What the request that is answered has to do with how its answer is written. */
export interface Answered {
  readonly request: RequestHead;
  /** Decides, when the head of the response is about to be sent, whether the connection lives on after it; from then on that is settled. */
  keepsAlive(): boolean;
}

/** Writes the responses of servers to one HTTP/1.x client. */
export class ResponseWriter implements ResponseSink {
  readonly head = new ResponseHead();
  setCookie: string | null = null;
  rules: ResponseRules | null = null;
  readonly #socket: Socket;
  readonly #answered: Answered;
  #plan: ResponsePlan | null = null;

  constructor(socket: Socket, answered: Answered) {
    this.#socket = socket;
    this.#answered = answered;
  }

  get congested(): boolean {
    return this.#socket.writableNeedDrain;
  }

  writeContinue(): void {
    this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  /** HTTP/1.0 knows no interim responses (RFC 9110 section 15.2). */
  writeInterim(bytes: Buffer): void {
    if (this.#answered.request.minor === 1) {
      writeMessage(this.#socket, bytes, planInterim(this.head, this.rules), NO_PIECES);
    }
  }

  prepare(): BodyDecoder {
    const { method, minor } = this.#answered.request;
    const keepAlive = this.#answered.keepsAlive();
    const { setCookie, rules } = this;
    const plan = planResponse(this.head, { method, minor, keepAlive, setCookie, rules });
    this.#plan = plan;
    return plan.decoder;
  }

  writeHead(bytes: Buffer): boolean {
    const socket = this.#socket;
    if (this.#plan === null) {
      return true;
    }
    const { message, decoder } = this.#plan;
    if (!this.#sendsChunks()) {
      return writeMessage(socket, bytes, message, decoder.pieces);
    }
    socket.cork();
    writeMessage(socket, bytes, message, NO_PIECES);
    const ready = writeAsChunk(socket, bytes, decoder.pieces);
    socket.uncork();
    return ready;
  }

  writeBody(bytes: Buffer, pieces: Pieces): boolean {
    const write = this.#sendsChunks() ? writeAsChunk : writePieces;
    return write(this.#socket, bytes, pieces);
  }

  writeEnd(): void {
    if (this.#sendsChunks()) {
      this.#socket.write('0\r\n\r\n', 'latin1');
    }
  }

  /** True when the body gets chunks from here: its end would be no end of the client's connection otherwise. */
  #sendsChunks(): boolean {
    return this.#plan?.untilClose === true && this.#answered.request.minor === 1;
  }
}

const NO_PIECES = new Pieces();
