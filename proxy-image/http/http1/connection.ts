import type { Socket } from 'node:net';
import type { ClientConnection } from '../../listener/types.ts';
import { admit } from '../admission.ts';
import type { Deadlines, Ticking } from '../deadlines.ts';
import { Exchange } from '../exchange/exchange.ts';
import type { ExchangeClient, ExchangeEnd, ExchangeRequest } from '../exchange/types.ts';
import { prepareFrontend, type PreparedFrontend } from '../frontend.ts';
import { RequestRecord, type RequestEnd } from '../request-record.ts';
import { runTunnel, TUNNEL_FAULTS } from '../tunnel.ts';
import type { HttpFrontend, HttpHost, HttpServices } from '../types.ts';
import { bodyDecoder, type BodyDecoder } from './body.ts';
import { InputBuffer } from './buffer.ts';
import { VERDICTS, type Fault } from '../faults.ts';
import { formatLocalResponse, type LocalResponse } from '../local-response.ts';
import { OwnConnection } from './own-connection.ts';
import { RequestHead } from './request-head.ts';
import { ResponseWriter } from './response-writer.ts';

/**
 * How long a client may take to close once the last response has left; what it still sends is read and dropped, since a reset could
 * destroy the response on its way. Milliseconds.
 */
const LINGER = 2_000;

/** What a connection works with beside its client and its frontend. */
export interface Services extends HttpServices {
  readonly deadlines: Deadlines;
}

/**
 * What is being read. `Head`: the head of the next request, or the wait for it. `Body`: the body of the request being served. `Complete`:
 * nothing; what arrives waits until that request has been answered. `Closing`: the connection ends, what arrives is dropped.
 */
type Reading = 'Head' | 'Body' | 'Complete' | 'Closing';

/** One client's HTTP/1.1 connection: requests are served one at a time, in their order. */
export class Http1Connection implements ExchangeClient, Ticking {
  readonly #socket: Socket;
  readonly response: ResponseWriter;
  readonly #client: ClientConnection;
  readonly #host: HttpHost;
  readonly #services: Services;
  readonly #input = new InputBuffer();
  readonly #head = new RequestHead();
  readonly #own = new OwnConnection();
  #frontend: PreparedFrontend;
  #reading: Reading = 'Head';
  /** True from the first byte of a request on. */
  #begun = false;
  #exchange: Exchange | null = null;
  #record: RequestRecord | null = null;
  #decoder: BodyDecoder | null = null;
  #deadline = Number.POSITIVE_INFINITY;
  /** Only ever falls. */
  #keepAlive = true;
  #clientEnded = false;
  #served = 0;

  constructor(client: ClientConnection, host: HttpHost, frontend: HttpFrontend, services: Services) {
    this.#client = client;
    this.#host = host;
    this.#services = services;
    this.#frontend = prepareFrontend(frontend, services.metrics);
    this.#socket = client.socket;
    this.response = new ResponseWriter(client.socket, {
      request: this.#head,
      keepsAlive: () => this.#keepsAlive(),
    });
  }

  start(): void {
    const socket = this.#socket;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain);
    socket.on('error', ignore).on('close', this.#onClose);
    this.#services.deadlines.add(this);
    this.#wait(this.#frontend.config.timeouts.header);
    socket.resume();
  }

  requestComplete(): boolean {
    return this.#reading === 'Complete';
  }

  pauseRequest(): void {
    if (this.#reading === 'Body') {
      this.#socket.pause();
    }
  }

  resumeRequest(): void {
    if (this.#reading === 'Body') {
      this.#socket.resume();
    }
  }

  touch(): void {
    this.#wait(this.#frontend.config.timeouts.request);
  }

  over(end: ExchangeEnd): void {
    const { server = null, status = 0, bytesOut = 0 } = this.#exchange ?? {};
    this.#exchange = null;
    switch (end.kind) {
      case 'Responded':
        if (end.own !== null) {
          this.#own.keep(end.own.upstream, end.own.connection);
        }
        this.#finishRecord({ status, server, bytesOut });
        this.#next();
        break;
      case 'Failed':
        this.#refuse(end.fault, { server, detail: end.detail });
        break;
      case 'Broken':
        this.#finishRecord({ status, server, bytesOut, fault: end.fault });
        this.#client.reset();
        return;
      case 'Switched':
        this.#tunnel(end);
        return;
    }
    this.#advance();
  }

  tick(now: number): void {
    if (now >= this.#deadline) {
      this.#expired();
    } else if (this.#served > 0 && this.#isIdle() && this.#leaving()) {
      this.#close();
    }
  }

  /** To be asked when the head of a response is about to be sent. */
  #keepsAlive(): boolean {
    const { minor, connection } = this.#head;
    this.#keepAlive &&= minor === 1 && !connection.close && this.requestComplete() && !this.#leaving();
    return this.#keepAlive;
  }

  #expired(): void {
    if (this.#reading === 'Closing') {
      this.#socket.destroy();
    } else if (this.#exchange !== null) {
      this.#exchange.expired();
    } else if (this.#isIdle()) {
      this.#close();
    } else {
      this.#refuse('HeaderTimeout');
    }
  }

  #isIdle(): boolean {
    return this.#reading === 'Head' && this.#input.length === 0;
  }

  /** True when there should be no further request on this connection. */
  #leaving(): boolean {
    return this.#host.draining() || this.#host.frontend() === null;
  }

  #wait(milliseconds: number): void {
    this.#deadline = this.#services.deadlines.now + milliseconds;
  }

  /** Serves what has been read, until there is nothing to serve or a request is on its way. */
  #advance(): void {
    while (this.#reading === 'Head' && this.#input.length > 0) {
      if (this.#socket.writableNeedDrain) {
        // A client that sends on and on but reads no answers gets no further one.
        this.#socket.pause();
        return;
      }
      if (!this.#readHead()) {
        break;
      }
    }
    if (this.#reading === 'Head' && this.#clientEnded) {
      this.#ended();
    }
  }

  /** False when more bytes are needed. */
  #readHead(): boolean {
    if (!this.#begun) {
      this.#begin();
    }
    const bytes = this.#input.view();
    const outcome = this.#head.read(bytes, this.#frontend.config.limits.headerBytes);
    if (outcome === 'Incomplete') {
      return false;
    }
    if (outcome === 'Complete') {
      this.#serve(bytes);
    } else {
      this.#refuse(outcome);
    }
    return true;
  }

  /** The first byte of a request is there: it will be served by the generation that is the newest now. */
  #begin(): void {
    const newest = this.#host.frontend();
    this.#begun = true;
    if (newest !== null) {
      this.#frontend = prepareFrontend(newest, this.#services.metrics);
    }
    this.#wait(this.#frontend.config.timeouts.header);
  }

  #serve(bytes: Buffer): void {
    const { end, bodyLength } = this.#head;
    this.#record = this.#newRecord();
    this.#reading = bodyLength === 0 ? 'Complete' : 'Body';
    this.#input.consume(end);
    const admission = admit(this.#head, bytes, {
      client: this.#client,
      frontend: this.#frontend,
      served: this.#host.frontend() !== null,
    });
    this.#record.backend = admission.backend;
    switch (admission.kind) {
      case 'Forward':
        this.#forward(bytes, admission.request);
        break;
      case 'Respond':
        this.#respond(admission.response);
        break;
      case 'Refuse':
        this.#refuse(admission.fault);
        break;
    }
  }

  #forward(bytes: Buffer, request: ExchangeRequest): void {
    const { end, bodyLength } = this.#head;
    const decoder = bodyDecoder(bodyLength, 'Chunks', this.#frontend.config.limits.bodyBytes);
    const consumed = decoder.read(bytes, end);
    this.#decoder = decoder;
    // What is already known to be wrong with the body keeps the whole request from the server.
    if (decoder.fault !== null) {
      this.#refuse(decoder.fault);
      return;
    }
    this.#input.consume(consumed - end);
    this.#reading = decoder.done ? 'Complete' : 'Body';
    const exchange = new Exchange(this, request, {
      first: this.#served === 0,
      own: this.#own.take(request.upstream),
    });
    this.#exchange = exchange;
    this.touch();
    exchange.sendBody(bytes, decoder.pieces);
    exchange.start();
  }

  #readBody(chunk: Buffer): void {
    const decoder = this.#decoder;
    const exchange = this.#exchange;
    if (decoder === null || exchange === null) {
      return;
    }
    this.touch();
    const consumed = decoder.read(chunk, 0);
    if (decoder.fault !== null) {
      exchange.abort(decoder.fault);
      return;
    }
    exchange.sendBody(chunk, decoder.pieces);
    if (decoder.done) {
      this.#reading = 'Complete';
      this.#input.append(chunk.subarray(consumed));
      this.#socket.resume();
    }
  }

  #refuse(fault: Fault, known: Partial<RequestEnd> = {}): void {
    const { status, text, closes, retryAfter } = VERDICTS[fault];
    this.#keepAlive &&= !closes;
    this.#record ??= this.#newRecord();
    this.#respond({ status, text, retryAfter }, { ...known, fault });
  }

  #respond(response: LocalResponse, known: Partial<RequestEnd> = {}): void {
    // A client that has gone is past answering; the record is closed all the same.
    if (!this.#socket.destroyed) {
      this.#socket.write(formatLocalResponse(response, this.#head.method, this.#keepsAlive()), 'latin1');
    }
    this.#finishRecord({ ...known, status: response.status });
    this.#next();
  }

  #newRecord(): RequestRecord {
    const { method, host, target } = this.#head;
    const { sourceAddress } = this.#client;
    return new RequestRecord(this.#frontend, sourceAddress, { method, host, path: target.path ?? '*' });
  }

  #finishRecord(end: Partial<RequestEnd>): void {
    const bytesIn = this.#decoder?.contentLength ?? 0;
    this.#record?.close({ bytesIn, ...end }, this.#services.access);
    this.#record = null;
  }

  /** The request is over: on to the next one, or to the end. */
  #next(): void {
    this.#served += 1;
    this.#decoder = null;
    if (!this.#keepAlive) {
      this.#close();
      return;
    }
    this.#head.begin();
    this.#begun = false;
    this.#reading = 'Head';
    this.#wait(this.#frontend.config.timeouts.keepAlive);
    this.#socket.resume();
  }

  /** The client has sent its last byte, and all that was complete has been served. */
  #ended(): void {
    if (this.#isIdle()) {
      this.#close();
    } else {
      this.#refuse('HeaderIncomplete');
    }
  }

  #close(): void {
    this.#reading = 'Closing';
    this.#input.clear();
    this.#wait(this.#frontend.config.timeouts.request);
    this.#socket.end(() => this.#wait(LINGER));
    this.#socket.resume();
  }

  #tunnel({ connection, backend, head, early }: ExchangeEnd & { readonly kind: 'Switched' }): void {
    const socket = this.#socket;
    const { host, port } = connection.server;
    socket.pause().off('data', this.#onData).off('end', this.#onEnd);
    socket.off('drain', this.#onDrain).off('close', this.#onClose);
    this.#services.deadlines.delete(this);
    this.#own.end();
    void runTunnel({
      client: this.#client,
      clientEnded: this.#clientEnded,
      upstream: connection,
      toClient: [head, early],
      toUpstream: this.#input.view(),
      counters: this.#frontend.counter(backend),
      timeouts: this.#frontend.config.timeouts,
    }).then(({ cause, ...bytes }) =>
      this.#finishRecord({ status: 101, server: `${host}:${port}`, fault: TUNNEL_FAULTS[cause], ...bytes }),
    );
  }

  readonly #onData = (chunk: Buffer): void => {
    switch (this.#reading) {
      case 'Head':
        this.#input.append(chunk);
        this.#advance();
        break;
      case 'Body':
        this.#readBody(chunk);
        break;
      case 'Complete':
        this.#input.append(chunk);
        if (this.#input.length > this.#frontend.config.limits.headerBytes) {
          this.#socket.pause();
        }
        break;
      case 'Closing':
        break;
    }
  };

  readonly #onEnd = (): void => {
    this.#clientEnded = true;
    if (this.#reading === 'Body') {
      this.#exchange?.abort('BodyIncomplete');
    } else {
      this.#advance();
    }
  };

  readonly #onDrain = (): void => {
    this.#exchange?.clientDrained();
    if (this.#reading === 'Head') {
      this.#socket.resume();
      this.#advance();
    }
  };

  readonly #onClose = (): void => {
    this.#services.deadlines.delete(this);
    this.#own.end();
    this.#exchange?.abort('ClientClosed');
  };
}

function ignore(): void {}
