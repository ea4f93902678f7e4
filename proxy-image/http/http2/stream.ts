import type { MinimumRate } from '../../config/types.ts';
import { Exchange } from '../exchange/exchange.ts';
import type { ExchangeClient, ExchangeEnd, ExchangeRequest } from '../exchange/types.ts';
import { VERDICTS, type Fault } from '../faults.ts';
import { CHUNKED } from '../http1/framing.ts';
import { Pieces } from '../http1/pieces.ts';
import type { LocalResponse } from '../local-response.ts';
import { describeRate } from '../pace.ts';
import type { RequestEnd, RequestRecord } from '../request-record.ts';
import { ErrorCode, streamError, type Violation } from './codec/error-codes.ts';
import type { DataFrame } from './codec/frames/data.ts';
import type { Outbox } from './outbox.ts';
import { ResponseWriter, type ResponseEvents } from './response-writer.ts';
import { Limits } from './streams/counts.ts';
import { ReceiveWindow } from './streams/flow.ts';
import { move, receives, sends, type StreamEvent, type StreamState } from './streams/state.ts';

/** How long the rest of a request is read and dropped once its response is complete, before the stream is reset. Milliseconds. */
const LINGER = 2_000;

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly outbox: Outbox;
  /** Milliseconds on the monotonic clock; as old as the last tick. */
  now(): number;
  /** Bytes of a body have come. */
  received(bytes: number): void;
  /** The stream is closed: it has to be forgotten. */
  closed(stream: Http2Stream): void;
  /** Counts and logs the request. */
  finish(record: RequestRecord, end: Partial<RequestEnd>): void;
}

/** The request that opened a stream. */
export interface StreamRequest {
  readonly id: number;
  readonly method: string;
  /** Bytes of the body, or `CHUNKED`. */
  readonly bodyLength: number;
  /** There is no body. */
  readonly ended: boolean;
  readonly record: RequestRecord;
  /** How long nothing may move, milliseconds. */
  readonly timeout: number;
  /** What the client takes of this stream at first, bytes. */
  readonly window: number;
}

/** One request of an HTTP/2 client, and its response. */
export class Http2Stream implements ExchangeClient, ResponseEvents {
  readonly id: number;
  readonly response: ResponseWriter;
  /** Null for a request without a body. */
  readonly #receiveWindow: ReceiveWindow | null;
  readonly #host: StreamHost;
  readonly #request: StreamRequest;
  #state: StreamState = 'Open';
  #exchange: Exchange | null = null;
  /** Null once it has been closed. */
  #record: RequestRecord | null;
  /** How the request ended, when its response still waits for the client. */
  #end: Partial<RequestEnd> | null = null;
  #received = 0;
  /** Bytes that a body without a length may have; 0 for no limit. */
  #bodyLimit = 0;
  /** Bytes that the server does not take yet, and that the client gets no credit for. */
  #held = 0;
  #paused = false;
  /** The end of a body of known length, until END_STREAM shows that it is the end. */
  #withheld: Buffer | null = null;
  #deadline: number;

  constructor(host: StreamHost, request: StreamRequest) {
    this.id = request.id;
    this.#host = host;
    this.#request = request;
    this.#record = request.record;
    this.response = new ResponseWriter(host.outbox, request, this);
    this.#receiveWindow = request.ended
      ? null
      : new ReceiveWindow(Limits.streamWindow, Limits.streamWindow / 4);
    this.#deadline = host.now() + request.timeout;
    if (request.ended) {
      this.#move('EndIn');
    }
  }

  get state(): StreamState {
    return this.#state;
  }

  /**
   * Forwards the request. `first`: it is the first of its connection. A request whose content-length is 0 waits for END_STREAM: what a
   * server takes for complete must not turn out to be malformed.
   */
  forward(request: ExchangeRequest, first: boolean): void {
    this.#bodyLimit = request.bodyLimit;
    this.#exchange = new Exchange(this, request, { first, own: null });
    if (this.#request.bodyLength !== 0 || this.requestComplete()) {
      this.#exchange.start();
    }
  }

  respond(response: LocalResponse, known: Partial<RequestEnd> = {}): void {
    this.#end = { ...known, status: response.status };
    this.response.writeLocal(response);
  }

  refuse(fault: Fault, known: Partial<RequestEnd> = {}): void {
    const { status, text, retryAfter } = VERDICTS[fault];
    this.respond({ status, text, retryAfter }, { ...known, fault });
  }

  /** Null when the frame was in order; its bytes have then been passed on. */
  receiveData({ data, flowLength, endStream }: DataFrame): Violation | null {
    if (this.#receiveWindow?.take(flowLength) === false) {
      return streamError(ErrorCode.FlowControlError, 'DATA beyond the window of the stream');
    }
    this.#received += data.length;
    this.#host.received(data.length);
    const { bodyLength } = this.#request;
    const bodyLimit = this.#bodyLimit;
    if (bodyLength !== CHUNKED && this.#received > bodyLength) {
      return streamError(ErrorCode.ProtocolError, 'DATA beyond content-length');
    }
    if (bodyLimit > 0 && bodyLength === CHUNKED && this.#received > bodyLimit) {
      this.#exchange?.abort('BodyTooLarge');
    }
    this.#passOn(data, endStream);
    this.#credit(flowLength);
    return endStream ? this.receiveEnd() : this.#checkLinger();
  }

  /** END_STREAM. RFC 9113 section 8.1.1: the body must be as long as content-length says. */
  receiveEnd(): Violation | null {
    const { bodyLength } = this.#request;
    if (bodyLength !== CHUNKED && this.#received !== bodyLength) {
      return streamError(ErrorCode.ProtocolError, 'DATA shorter than content-length');
    }
    this.#move('EndIn');
    this.#completeRequest();
    this.#closeIfEnded();
    return null;
  }

  /** The client has reset the stream, or its connection has ended. */
  abandon(fault: Fault): void {
    this.#move('ResetIn');
    this.#drop(fault);
  }

  /** Resets the stream. `fault` is for the log. */
  reset(code: ErrorCode, fault: Fault): void {
    this.#host.outbox.frames.reset(this.id, code);
    this.#host.outbox.schedule();
    this.#move('ResetOut');
    this.#drop(fault);
  }

  /** True while the rest of the request's body is waited for, and nothing else. */
  get awaitsBody(): boolean {
    return !this.#paused && this.#exchange?.awaitsBody === true;
  }

  sendsTooSlowly(rate: MinimumRate): void {
    this.#exchange?.abort('BodyTimeout', describeRate(rate));
  }

  takesTooSlowly(): void {
    if (this.#exchange !== null && this.#exchange.status > 0) {
      this.#exchange.abort('ClientStalled');
    } else {
      this.reset(ErrorCode.Cancel, 'ClientStalled');
    }
  }

  tick(now: number): void {
    if (now < this.#deadline) {
      return;
    }
    if (this.#exchange !== null) {
      this.#exchange.expired();
    } else if (this.#state === 'HalfClosedLocal') {
      this.#stopRequest();
    } else {
      this.reset(ErrorCode.Cancel, 'ClientStalled');
    }
  }

  // How the response goes out.

  /** END_STREAM has been sent. What is left of the request is read for a while, as a reset could overtake the response. */
  ended(): void {
    this.#move('EndOut');
    this.#deadline = this.#host.now() + LINGER;
    this.#finishIfSent();
    this.#closeIfEnded();
  }

  /** A client that knows the code asks again over HTTP/1.1, where its connection has a server connection of its own. */
  needsHttp1(): void {
    this.reset(ErrorCode.Http11Required, 'Http11Required');
  }

  moved(): void {
    this.touch();
  }

  /** Everything that waited for the client's windows has been sent. */
  drained(): void {
    if (sends(this.#state)) {
      this.touch();
      this.#exchange?.clientDrained();
    }
  }

  // What an exchange needs of its client, beside the writing of responses.

  requestComplete(): boolean {
    return !receives(this.#state);
  }

  pauseRequest(): void {
    this.#paused = true;
  }

  resumeRequest(): void {
    const held = this.#held;
    this.#paused = false;
    this.#held = 0;
    this.#credit(held);
  }

  touch(): void {
    this.#deadline = this.#host.now() + this.#request.timeout;
  }

  over(end: ExchangeEnd): void {
    const { server = null, status = 0, bytesOut = 0 } = this.#exchange ?? {};
    this.#exchange = null;
    this.response.releaseHead();
    switch (end.kind) {
      case 'Responded':
        // Credentials that count for a connection are none of HTTP/2, whose connections carry requests of many origins.
        end.own?.connection.destroy();
        this.#end = { status, server, bytesOut };
        this.#finishIfSent();
        break;
      case 'Failed':
        this.#fail(end.fault, { server, detail: end.detail });
        break;
      case 'Broken':
        this.#end = { status, server, bytesOut, fault: end.fault };
        this.#break(end.fault);
        break;
      case 'Switched':
        end.connection.socket.destroy();
        end.connection.release();
        this.reset(ErrorCode.InternalError, 'MalformedResponse');
    }
  }

  #finishIfSent(): void {
    if (this.#end !== null && !sends(this.#state)) {
      this.#finish(this.#end);
    }
  }

  #closeIfEnded(): void {
    if (this.#state === 'Ended') {
      this.#host.closed(this);
    }
  }

  /** The client may send no more, as far as its window goes, to a request that has been answered. */
  #checkLinger(): Violation | null {
    if (this.#state === 'HalfClosedLocal' && this.#receiveWindow?.exhausted === true) {
      this.#stopRequest();
    }
    return null;
  }

  /** RFC 9113 section 8.1: NO_ERROR tells a client that its response is complete, and that the rest of the request is not wanted. */
  #stopRequest(): void {
    this.reset(ErrorCode.NoError, 'BodyIncomplete');
  }

  #passOn(data: Buffer, endStream: boolean): void {
    if (data.length === 0 || this.#exchange === null) {
      return;
    }
    const { bodyLength } = this.#request;
    this.touch();
    if (bodyLength === this.#received && !endStream) {
      this.#withheld = data;
    } else {
      this.#toServer(bodyLength === CHUNKED ? chunk(data) : data);
    }
  }

  /** Sends what makes the request complete to its server. */
  #completeRequest(): void {
    const { bodyLength } = this.#request;
    if (bodyLength === 0) {
      this.#exchange?.start();
    } else if (bodyLength === CHUNKED) {
      this.#toServer(LAST_CHUNK);
    } else if (this.#withheld !== null) {
      this.#toServer(this.#withheld);
      this.#withheld = null;
    }
  }

  #toServer(bytes: Buffer): void {
    whole.clear();
    whole.add(0, bytes.length);
    this.#exchange?.sendBody(bytes, whole);
  }

  #credit(bytes: number): void {
    if (this.#state !== 'Open') {
      return;
    }
    if (this.#paused) {
      this.#held += bytes;
      return;
    }
    const update = this.#receiveWindow?.give(bytes) ?? 0;
    if (update > 0) {
      this.#host.outbox.frames.windowUpdate(this.id, update);
      this.#host.outbox.schedule();
    }
  }

  /** Nothing of a response has been sent. */
  #fail(fault: Fault, known: Partial<RequestEnd>): void {
    if (sends(this.#state)) {
      this.refuse(fault, known);
    } else {
      this.#end = { ...known, status: VERDICTS[fault].status, fault };
    }
  }

  /** A response that breaks off must never look like a complete one. */
  #break(fault: Fault): void {
    if (sends(this.#state)) {
      this.reset(ErrorCode.InternalError, fault);
    }
  }

  /** The stream is closed before its time. */
  #drop(fault: Fault): void {
    this.response.drop();
    this.#exchange?.abort(fault);
    this.#finish({ status: VERDICTS[fault].status, fault, ...this.#end });
    this.#host.closed(this);
  }

  #finish(end: Partial<RequestEnd>): void {
    const record = this.#record;
    this.#record = null;
    if (record !== null) {
      this.#host.finish(record, { bytesIn: this.#received, ...end });
    }
  }

  #move(event: StreamEvent): void {
    const to = move(this.#state, event);
    if (typeof to === 'string' && to !== 'Ignore') {
      this.#state = to;
    }
  }
}

const LAST_CHUNK: Buffer = Buffer.from('0\r\n\r\n');

/** One object for all, as nothing is kept from one call to the next. */
const whole = new Pieces();

/** As the body of an HTTP/1.1 request without a length has it (RFC 9112 section 7.1). */
function chunk(data: Buffer): Buffer {
  const size = `${data.length.toString(16)}\r\n`;
  const framed = Buffer.allocUnsafe(size.length + data.length + 2);
  const at = framed.write(size, 0, 'latin1');
  data.copy(framed, at);
  framed.write('\r\n', at + data.length, 'latin1');
  return framed;
}
