import { copyOf, giveBack } from '../../upstream/landing.ts';
import type { ResponseSink } from '../exchange/types.ts';
import type { ResponseRules } from '../headers/rules.ts';
import { bodyDecoder, type BodyDecoder } from '../http1/body.ts';
import { Field } from '../http1/field-names.ts';
import type { Pieces } from '../http1/pieces.ts';
import { ResponseHead } from '../http1/response-head.ts';
import { passedFields } from '../http1/response-plan.ts';
import { localMessage, type LocalResponse } from '../local-response.ts';
import type { Block } from './codec/frame-writer.ts';
import { needsHttp1 } from './connection-auth.ts';
import type { BodyPart, Outbox, Sender } from './outbox.ts';
import { encodeFields, encodeResponse } from './response-block.ts';
import { SendWindow } from './streams/flow.ts';

/** Whose response it is. */
export interface ResponseTarget {
  /** Of the stream. */
  readonly id: number;
  /** Of the request. */
  readonly method: string;
  /** What the client takes of this stream at first, bytes. */
  readonly window: number;
}

/** Told as a response goes out. */
export interface ResponseEvents {
  /** END_STREAM has been sent. */
  ended(): void;
  /** The response has not been sent: it is of no use but over HTTP/1.1. */
  needsHttp1(): void;
  /** A part of what waited for the windows has been sent. */
  moved(): void;
  /** All that waited for the windows has been sent, and END_STREAM was not among it. */
  drained(): void;
}

/** Heads have room for many fields; they are used again for the next response, on whatever stream. */
const spareHeads: ResponseHead[] = [];
const MAX_SPARE_HEADS = 256;

/** Writes the response of one stream: as far as the client's windows allow at once, and the rest as they grow. */
export class ResponseWriter implements ResponseSink, Sender {
  readonly id: number;
  setCookie: string | null = null;
  rules: ResponseRules | null = null;
  readonly sendWindow: SendWindow;
  readonly #outbox: Outbox;
  readonly #method: string;
  readonly #events: ResponseEvents;
  readonly #queue: BodyPart[] = [];
  #head: ResponseHead | null = null;
  #decoder: BodyDecoder | null = null;

  constructor(outbox: Outbox, { id, method, window }: ResponseTarget, events: ResponseEvents) {
    this.id = id;
    this.sendWindow = new SendWindow(window);
    this.#outbox = outbox;
    this.#method = method;
    this.#events = events;
  }

  get head(): ResponseHead {
    this.#head ??= spareHeads.pop() ?? new ResponseHead();
    return this.#head;
  }

  /** The exchange is over: nobody looks at `head` any more. */
  releaseHead(): void {
    if (this.#head !== null && spareHeads.length < MAX_SPARE_HEADS) {
      spareHeads.push(this.#head);
    }
    this.#head = null;
  }

  get congested(): boolean {
    return this.#queue.length > 0;
  }

  /** A whole response that the proxy gives itself. */
  writeLocal(response: LocalResponse): void {
    const { fields, body } = localMessage(response, this.#method, this.rules);
    const bytes = Buffer.from(body);
    this.#sendHead(encodeFields(response.status, fields), bytes.length === 0);
    if (bytes.length > 0) {
      this.#send(bytes, 0, bytes.length, true);
    }
  }

  writeContinue(): void {
    this.#sendHead(encodeFields(100, []), false);
  }

  writeInterim(bytes: Buffer): void {
    this.#sendHead(encodeResponse(this.head, bytes, passedFields(this.head, this.rules)), false);
  }

  prepare(): BodyDecoder {
    this.#decoder = bodyDecoder(this.head.bodyLength(this.#method), 'Content', 0);
    return this.#decoder;
  }

  writeHead(bytes: Buffer): boolean {
    const { status, connectionAuth, fields } = this.head;
    if (status === 401 && connectionAuth && needsHttp1(fields.values(bytes, Field.WwwAuthenticate))) {
      this.#events.needsHttp1();
      return true;
    }
    const { pieces, done } = this.#decoder ?? this.prepare();
    const bare = pieces.count === 0;
    const filter = passedFields(this.head, this.rules);
    this.#sendHead(encodeResponse(this.head, bytes, filter, this), done && bare);
    return bare || this.writeBody(bytes, pieces);
  }

  writeBody(bytes: Buffer, pieces: Pieces): boolean {
    const done = this.#decoder?.done === true;
    const last = pieces.count - 1;
    for (let index = 0; index <= last; index += 1) {
      const endStream = done && index === last;
      this.#send(bytes, pieces.starts[index] ?? 0, pieces.ends[index] ?? 0, endStream);
    }
    if (done && last < 0) {
      this.writeEnd();
    }
    return !this.congested;
  }

  writeEnd(): void {
    this.#send(NOTHING, 0, 0, true);
  }

  sendWaiting(): boolean {
    const [part] = this.#queue;
    if (part === undefined) {
      return false;
    }
    const progress = this.#outbox.frame(this, part);
    if (progress === 'None') {
      return false;
    }
    if (progress === 'More') {
      this.#events.moved();
      return true;
    }
    this.#queue.shift();
    giveBack(part.bytes);
    if (part.endStream) {
      this.#events.ended();
    } else if (!this.congested) {
      this.#events.drained();
    }
    return true;
  }

  /** Nothing more is sent. */
  drop(): void {
    for (const { bytes } of this.#queue.splice(0)) {
      giveBack(bytes);
    }
    this.#outbox.forget(this);
  }

  #sendHead(block: Block, endStream: boolean): void {
    this.#outbox.headers(this.id, block, endStream);
    if (endStream) {
      this.#events.ended();
    }
  }

  /** `bytes` are passed on before this returns, or copied. */
  #send(bytes: Buffer, start: number, end: number, endStream: boolean): void {
    const part = { bytes, at: start, end, endStream };
    if (this.congested || !this.#outbox.data(this, part)) {
      const rest = copyOf(bytes.subarray(part.at, end));
      this.#queue.push({ bytes: rest, at: 0, end: rest.length, endStream });
      this.#outbox.wait(this);
    } else if (endStream) {
      this.#events.ended();
    }
  }
}

const NOTHING: Buffer = Buffer.alloc(0);
