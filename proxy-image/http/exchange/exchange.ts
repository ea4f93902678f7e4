import { UpstreamError } from '../../upstream/errors.ts';
import type { Asking, ConnectionUser, HttpConnection } from '../../upstream/types.ts';
import type { BodyDecoder } from '../http1/body.ts';
import { InputBuffer } from '../http1/buffer.ts';
import type { Fault } from '../faults.ts';
import { UNTIL_CLOSE } from '../http1/framing.ts';
import { composeHead, writePieces } from '../http1/message.ts';
import type { Pieces } from '../http1/pieces.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { planHead } from '../http1/response-plan.ts';
import { setCookie } from '../sticky-cookie.ts';
import type { ExchangeClient, ExchangeHistory, ExchangeRequest } from './types.ts';

/** A server may close an idle connection a little before the time it announced. Milliseconds. */
const KEEP_ALIVE_MARGIN = 1_000;

/** Bytes that the interim responses to one request may have: more than any use of them needs, and no flood. */
const MAX_INTERIM = 262_144;

/** RFC 9110 section 9.2.2; only these are sent again when a reused connection turns out to be dead. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Statuses by which a server says that it, or what it depends on, does not work for now (RFC 9110 section 15.6). */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503, 504]);

/** What counts against the server when no usable response has come from it. */
const SERVER_FAILURES: Partial<Record<Fault, string>> = {
  UpstreamClosed: 'it closed the connection without a response',
  MalformedResponse: 'its response was malformed',
  ResponseTimeout: 'it did not respond in time',
};

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
export class Exchange implements ConnectionUser {
  /** Status sent to the client; 0 before that. */
  status = 0;
  readonly #client: ExchangeClient;
  readonly #request: ExchangeRequest;
  readonly #history: ExchangeHistory;
  /** Cancels the attempt to connect that is under way. */
  #cancel: AbortController | null = null;
  readonly #input = new InputBuffer();
  #phase: Phase = 'Connecting';
  #connection: HttpConnection | null = null;
  #decoder: BodyDecoder | null = null;
  /** True for a response's body that ends with the server's connection. */
  #untilClose = false;
  /** Parts of the request's body that wait for the connection. */
  #early: Buffer[] = [];
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
    const server = this.#connection?.server;
    return server === undefined ? null : `${server.host}:${server.port}`;
  }

  /** Bytes of the response's body so far. */
  get bytesOut(): number {
    return this.#decoder?.contentLength ?? 0;
  }

  start(): void {
    const { upstream, upgrade } = this.#request;
    const { own, first } = this.#history;
    // What is upgraded never returns to the pool, and nothing that was sent before must answer for it.
    const mayReuse = upgrade === null && (this.#mayRepeat() || !first);
    const connection = own ?? (mayReuse ? upstream.takeIdle(this.#asking()) : null);
    if (connection === null) {
      void this.#open();
      return;
    }
    this.#use(connection);
  }

  /** Passes on what has come of the request's body. */
  sendBody(bytes: Buffer, pieces: Pieces): void {
    if (this.#phase === 'Over' || pieces.count === 0) {
      return;
    }
    if (this.#connection === null) {
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
    const failure = this.#phase === 'Head' ? SERVER_FAILURES[fault] : undefined;
    if (failure !== undefined) {
      this.#connection?.judge(failure);
    }
    this.#phase = 'Over';
    this.#cancel?.abort();
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

  async #open(): Promise<void> {
    const { upstream, client, connectTimeout } = this.#request;
    this.#cancel = new AbortController();
    try {
      const connection = await upstream.open({
        ...this.#asking(),
        client,
        connectTimeout,
        signal: this.#cancel.signal,
      });
      if (this.#phase === 'Connecting') {
        this.#use(connection);
      } else {
        connection.destroy();
      }
    } catch (error) {
      this.#failedToConnect(error);
    }
  }

  #failedToConnect(error: unknown): void {
    if (error instanceof UpstreamError && error.kind !== 'Cancelled') {
      this.abort(error.kind, error.message);
    } else {
      this.abort('ConnectFailed', String(error));
    }
  }

  #use(connection: HttpConnection): void {
    const { head, expectsContinue } = this.#request;
    const { socket } = connection;
    this.#connection = connection;
    this.#phase = 'Head';
    this.#client.response.head.begin();
    connection.attach(this);
    if (expectsContinue && this.#early.length === 0 && !this.#client.requestComplete()) {
      this.#client.response.writeContinue();
    }
    socket.cork();
    socket.write(head);
    for (const part of this.#early) {
      socket.write(part);
    }
    socket.uncork();
    this.#early = [];
    if (!socket.writableNeedDrain) {
      this.#client.resumeRequest();
    }
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
    response.setCookie = this.#cookie();
    const decoder = response.prepare(bytes);
    const consumed = decoder.read(bytes, head.end);
    if (decoder.fault !== null) {
      this.abort('MalformedResponse');
      return;
    }
    this.#connection?.judge(GATEWAY_ERRORS.has(head.status) ? `it answered with ${head.status}` : null);
    this.#phase = 'Body';
    this.status = head.status;
    this.#decoder = decoder;
    this.#untilClose = head.bodyLength(this.#request.method) === UNTIL_CLOSE;
    this.#input.clear();
    this.#passOn(response.writeHead(bytes), consumed < bytes.length);
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
    const { upstream } = this.#request;
    this.#client.over({ kind: 'Responded', own: connection === null ? null : { upstream, connection } });
  }

  /** The one place where it is decided whether a server connection may be used again; returns it when only this client may. */
  #leaveConnection(): HttpConnection | null {
    const connection = this.#connection;
    if (connection === null) {
      return null;
    }
    const { head } = this.#client.response;
    const delivered = this.#client.requestComplete() && connection.socket.writableLength === 0;
    const persistent = head.minor === 1 && !head.connection.close && !this.#untilClose;
    if (this.#disputed || !delivered || !persistent) {
      connection.destroy();
      return null;
    }
    if (this.#isOwn(head)) {
      return connection;
    }
    connection.recycle(head.keepAlive - KEEP_ALIVE_MARGIN);
    return null;
  }

  /** Whether the server takes all that comes on this connection for this one client's. */
  #isOwn(head: ResponseHead): boolean {
    const { connectionAuth, upstream } = this.#request;
    const announced = upstream.config.proxyProtocol !== undefined;
    return this.#history.own !== null || announced || connectionAuth || head.connectionAuth;
  }

  #switchProtocols(bytes: Buffer): void {
    const { upgrade } = this.#request;
    const { head } = this.#client.response;
    const connection = this.#connection;
    const agreed = head.connection.upgrade && head.upgrade?.toLowerCase() === upgrade?.toLowerCase();
    if (connection === null || upgrade === null || !agreed) {
      this.abort('MalformedResponse');
      return;
    }
    this.#phase = 'Over';
    this.status = head.status;
    const cookie = this.#cookie();
    const added = `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n${cookie === null ? '' : `Set-Cookie: ${cookie}\r\n`}`;
    this.#client.over({
      kind: 'Switched',
      backend: this.#request.upstream.config.name,
      connection: connection.detach(),
      head: composeHead(bytes, planHead(head, bytes, added)),
      early: bytes.subarray(head.end),
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
      void this.#open();
    } else {
      this.abort('UpstreamClosed');
    }
  }

  /** True when the server had closed the connection while it was idle: not a byte has come back. */
  #deadOnReuse(): boolean {
    const reused = this.#connection?.reused === true && this.#history.own === null;
    const dead = reused && !this.#heard && !this.#repeated && this.#mayRepeat();
    return dead && this.#request.upstream.mayRetry();
  }

  #asking(): Asking {
    const { client, sticky } = this.#request;
    return { sourceAddress: client.sourceAddress, stickyToken: sticky?.token ?? null };
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

  #mayRepeat(): boolean {
    return !this.#request.hasBody && IDEMPOTENT.has(this.#request.method);
  }
}
