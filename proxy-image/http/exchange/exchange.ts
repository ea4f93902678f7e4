import type { Socket } from 'node:net';
import { keep } from '../../upstream/landing.ts';
import type { ConnectionUser, HttpConnection } from '../../upstream/types.ts';
import type { Fault } from '../faults.ts';
import type { NamedResponse } from '../forwarding/response.ts';
import type { BodyDecoder } from '../http1/body.ts';
import { InputBuffer } from '../http1/buffer.ts';
import { UNTIL_CLOSE } from '../http1/framing.ts';
import { writePieces } from '../http1/message.ts';
import type { Pieces } from '../http1/pieces.ts';
import { setCookie } from '../sticky-cookie.ts';
import { failureOfFault, failureOfStatus } from './judgement.ts';
import { askingOf, Opening, type OpeningUser } from './opening.ts';
import { isClientsOwn, isReusable, mayRepeat, mayTakeIdle } from './reuse.ts';
import { switchedHead } from './switched.ts';
import type { ExchangeClient, ExchangeHistory, ExchangeRequest } from './types.ts';

/** A server may close an idle connection a little before the time it announced. Milliseconds. */
const KEEP_ALIVE_MARGIN = 1_000;

/** Bytes that the interim responses to one request may have: more than any use of them needs, and no flood. */
const MAX_INTERIM = 262_144;

/**
 * `Connecting` until a server connection is there, `Head` until the response's head is, `Body` until its body ends, then `Over`. From
 * any state an error or the client's departure leads to `Over`.
 */
type Phase = 'Connecting' | 'Head' | 'Body' | 'Over';

/**
 * One request and its response: HTTP/1.1 with a server, whatever version of HTTP the client speaks.
 *
 * Connections: a request that may be sent twice (idempotent, without a body) takes an idle connection, and is sent once more on a new
 * one when the idle one was dead. Any other request takes an idle one only when it is not the first of its client connection: browsers
 * repeat what fails on a connection that had worked before. `100 Continue` is sent by the proxy, when a server has been reached, and
 * Expect is not passed on, so that requests and responses can never get out of step about it.
 */
export class Exchange implements ConnectionUser, OpeningUser {
  /** Status sent to the client; 0 before that. */
  status = 0;
  readonly #client: ExchangeClient;
  readonly #request: ExchangeRequest;
  readonly #history: ExchangeHistory;
  /** The connection that is being made, or was made. */
  #opening: Opening | null = null;
  readonly #input = new InputBuffer();
  #phase: Phase = 'Connecting';
  #connection: HttpConnection | null = null;
  #decoder: BodyDecoder | null = null;
  /** True for a response's body that ends with the server's connection. */
  #untilClose = false;
  /** Parts of the request's body that wait for the connection; null for none. */
  #early: Buffer[] | null = null;
  /** True when bytes followed the response that belong to none. */
  #disputed = false;
  /** True when a byte has come back. */
  #heard = false;
  #repeated = false;
  #interimBytes = 0;

  constructor(client: ExchangeClient, request: ExchangeRequest, history: ExchangeHistory) {
    this.#client = client;
    this.#request = request;
    this.#history = history;
  }

  /** `host:port` of the server that took the request. */
  get server(): string | null {
    return this.#connection?.label ?? null;
  }

  /** Bytes of the response's body so far. */
  get bytesOut(): number {
    return this.#decoder?.contentLength ?? 0;
  }

  /** True while the rest of the request's body is waited for, and nothing else; not once the server has begun to answer. */
  get awaitsBody(): boolean {
    return (
      this.#phase === 'Head' &&
      !this.#client.requestComplete() &&
      this.#connection?.socket.writableNeedDrain !== true
    );
  }

  start(): void {
    const connection = this.#history.own ?? this.#takeIdle();
    if (connection === null) {
      this.#open();
      return;
    }
    this.#use(connection);
  }

  #takeIdle(): HttpConnection | null {
    const request = this.#request;
    return mayTakeIdle(request, this.#history) ? request.upstream.takeIdle(askingOf(request)) : null;
  }

  /** Passes on what has come of the request's body. */
  sendBody(bytes: Buffer, pieces: Pieces): void {
    if (this.#phase === 'Over' || pieces.count === 0) {
      return;
    } else if (this.#connection === null) {
      this.#early ??= [];
      this.#early.push(pieces.gather(bytes));
      this.#client.pauseRequest();
    } else if (!writePieces(this.#connection.socket, bytes, pieces)) {
      this.#client.pauseRequest();
    }
  }

  /** The client takes bytes again. */
  clientDrained(): void {
    if (this.#phase === 'Body') {
      this.#connection?.socket.resume();
    }
  }

  /** Ends the exchange before its time. */
  abort(fault: Fault, detail: string | null = null): void {
    if (this.#phase === 'Over') {
      return;
    }
    const failure = this.#phase === 'Head' ? failureOfFault(fault) : null;
    if (failure !== null) {
      this.#connection?.judge(failure);
    }
    this.#phase = 'Over';
    this.#opening?.cancel();
    this.#connection?.destroy();
    this.#client.over(this.status === 0 ? { kind: 'Failed', fault, detail } : { kind: 'Broken', fault });
  }

  /** Nothing has moved for too long. */
  expired(): void {
    const waitsForBody =
      !this.#client.requestComplete() && this.#connection?.socket.writableNeedDrain !== true;
    if (this.#phase === 'Body') {
      this.abort(this.#client.response.congested ? 'ClientStalled' : 'UpstreamStalled');
    } else {
      this.abort(waitsForBody ? 'BodyTimeout' : 'ResponseTimeout');
    }
  }

  upstreamData(chunk: Buffer): void {
    this.#client.touch();
    this.#heard = true;
    if (this.#phase === 'Head') {
      this.#input.append(chunk);
      this.#readHead();
      this.#input.keep();
    } else {
      this.#readBody(chunk);
    }
  }

  upstreamEnd(): void {
    if (this.#untilClose) {
      this.#client.response.writeEnd();
      this.#finish();
    } else {
      this.#lost();
    }
  }

  upstreamClosed(): void {
    this.#lost();
  }

  upstreamDrained(): void {
    this.#client.touch();
    this.#client.resumeRequest();
  }

  opened(connection: HttpConnection): void {
    this.#use(connection);
  }

  notOpened(fault: Fault, detail: string): void {
    this.abort(fault, detail);
  }

  #open(): void {
    this.#opening = new Opening(this.#request, this);
  }

  #use(connection: HttpConnection): void {
    const { expectsContinue } = this.#request;
    const { socket } = connection;
    this.#connection = connection;
    this.#phase = 'Head';
    this.#client.response.head.begin();
    connection.attach(this);
    if (expectsContinue && this.#early === null && !this.#client.requestComplete()) {
      this.#client.response.writeContinue();
    }
    this.#writeRequest(socket);
    if (!socket.writableNeedDrain) {
      this.#client.resumeRequest();
    }
  }

  /** The head, and what has come of the body, in one write. */
  #writeRequest(socket: Socket): void {
    const { content } = this.#request.head;
    if (this.#early === null) {
      socket.write(content);
      return;
    }
    socket.cork();
    socket.write(content);
    for (const part of this.#early) {
      socket.write(part);
    }
    socket.uncork();
    this.#early = null;
  }

  #readHead(): void {
    const { head } = this.#client.response;
    while (this.#phase === 'Head' && this.#input.length > 0) {
      const bytes = this.#input.view();
      const outcome = head.read(bytes);
      if (outcome === 'Incomplete') {
        return;
      }
      if (outcome === 'Malformed') {
        this.abort('MalformedResponse');
      } else if (head.status >= 200) {
        this.#respond(bytes);
      } else if (head.status === 101) {
        this.#switchProtocols(bytes);
      } else {
        this.#interim(bytes);
      }
    }
  }

  /** 100 is not passed on, as the server was not asked for it. */
  #interim(bytes: Buffer): void {
    const { response } = this.#client;
    this.#interimBytes += response.head.end;
    if (this.#interimBytes > MAX_INTERIM) {
      this.abort('MalformedResponse', 'the server sends interim responses without end');
      return;
    }
    if (response.head.status !== 100) {
      response.writeInterim(bytes);
    }
    this.#input.consume(response.head.end);
    response.head.begin();
  }

  #respond(bytes: Buffer): void {
    const { response } = this.#client;
    const { head } = response;
    if (this.#request.named !== null && !this.#settles(this.#request.named, bytes)) {
      return;
    }
    response.setCookie = this.#cookie();
    const decoder = response.prepare();
    const consumed = decoder.read(bytes, head.end);
    if (decoder.fault !== null) {
      this.abort('MalformedResponse');
      return;
    }
    this.#connection?.judge(failureOfStatus(head.status));
    this.#phase = 'Body';
    this.status = head.status;
    this.#decoder = decoder;
    this.#untilClose = head.bodyLength(this.#request.method) === UNTIL_CLOSE;
    this.#input.clear();
    this.#passOn(response.writeHead(bytes), consumed < bytes.length);
  }

  /** False when the response of a named target may not be passed on. */
  #settles(named: NamedResponse, bytes: Buffer): boolean {
    const { response } = this.#client;
    const rules = named.settle(response.head, bytes, response.rules);
    if (typeof rules === 'string') {
      this.abort(rules);
      return false;
    }
    response.rules = rules;
    return true;
  }

  #readBody(chunk: Buffer): void {
    const decoder = this.#decoder;
    if (decoder === null) {
      return;
    }
    const consumed = decoder.read(chunk, 0);
    if (decoder.fault !== null) {
      this.abort('MalformedBody');
      return;
    }
    this.#passOn(this.#client.response.writeBody(chunk, decoder.pieces), consumed < chunk.length);
  }

  #passOn(ready: boolean, disputed: boolean): void {
    this.#disputed ||= disputed;
    if (this.#decoder?.done === true) {
      this.#finish();
    } else if (!ready) {
      this.#connection?.socket.pause();
    }
  }

  #finish(): void {
    if (this.#phase === 'Over') {
      return;
    }
    this.#phase = 'Over';
    const connection = this.#leaveConnection();
    const own = connection === null ? null : { upstream: this.#request.upstream, connection };
    this.#client.over({ kind: 'Responded', own });
  }

  /** Gives the server connection back, or ends it; returns it when only this client may use it again. */
  #leaveConnection(): HttpConnection | null {
    const connection = this.#connection;
    if (connection === null) {
      return null;
    }
    const { head } = this.#client.response;
    const delivered = this.#client.requestComplete() && connection.socket.writableLength === 0;
    if (delivered) {
      this.#request.head.release();
    }
    const outcome = { delivered, untilClose: this.#untilClose, disputed: this.#disputed };
    if (!isReusable(head, outcome)) {
      connection.destroy();
      return null;
    }
    if (isClientsOwn(this.#request, this.#history, head)) {
      return connection;
    }
    connection.recycle(head.keepAlive - KEEP_ALIVE_MARGIN);
    return null;
  }

  #switchProtocols(bytes: Buffer): void {
    const { upgrade, upstream } = this.#request;
    const { response } = this.#client;
    const { head } = response;
    const connection = this.#connection;
    if (this.#request.named !== null && !this.#settles(this.#request.named, bytes)) {
      return;
    }
    response.setCookie = this.#cookie();
    const switched = switchedHead(response, bytes, upgrade);
    if (connection === null || switched === null) {
      this.abort('MalformedResponse');
      return;
    }
    this.#phase = 'Over';
    this.status = head.status;
    this.#client.over({
      kind: 'Switched',
      backend: upstream.config.name,
      connection: connection.detach(),
      head: switched,
      early: keep(bytes.subarray(head.end)),
    });
  }

  #lost(): void {
    if (this.#phase === 'Body') {
      this.abort('UpstreamAborted');
    } else if (this.#phase === 'Head' && this.#deadOnReuse()) {
      this.#connection?.destroy();
      this.#connection = null;
      this.#phase = 'Connecting';
      this.#repeated = true;
      this.#open();
    } else {
      this.abort('UpstreamClosed');
    }
  }

  /** True when the server had closed the connection while it was idle: not a byte has come back. */
  #deadOnReuse(): boolean {
    const reused = this.#connection?.reused === true && this.#history.own === null;
    const dead = reused && !this.#heard && !this.#repeated && mayRepeat(this.#request);
    return dead && this.#request.upstream.mayRetry();
  }

  /** The cookie that brings the client back to this server; null when it has that one, or none is wanted. */
  #cookie(): string | null {
    const { upstream, sticky } = this.#request;
    const { stickyCookie } = upstream.config;
    const token = this.#connection?.stickyToken ?? null;
    return stickyCookie === undefined || sticky === null || token === null || token === sticky.token
      ? null
      : setCookie(stickyCookie, token, sticky.secure);
  }
}
