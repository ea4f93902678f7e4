import type { Socket } from 'node:net';
import { hostAndPort } from '../../addresses/host-and-port.ts';
import type { ClientConnection } from '../../listener/types.ts';
import { admissionContext, admit, type AdmissionContext } from '../admission.ts';
import type { Deadlines, Ticking } from '../deadlines.ts';
import { Exchange } from '../exchange/exchange.ts';
import type { ExchangeClient, ExchangeEnd, ExchangeRequest } from '../exchange/types.ts';
import { prepareFrontend, type PreparedFrontend } from '../frontend.ts';
import type { RequestEnd } from '../request-record.ts';
import { runTunnel } from '../tunnel.ts';
import type { HttpFrontend, HttpHost, HttpServices } from '../types.ts';
import { VERDICTS, type Fault } from '../faults.ts';
import { formatLocalResponse, type LocalResponse } from '../local-response.ts';
import { ClientPace } from './client-pace.ts';
import { OwnConnection } from './own-connection.ts';
import { RequestLog } from './request-log.ts';
import { RequestReader } from './request-reader.ts';
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

/** One client's HTTP/1.1 connection: requests are served one at a time, in their order. */
export class Http1Connection implements ExchangeClient, Ticking {
  readonly #socket: Socket;
  readonly response: ResponseWriter;
  readonly #client: ClientConnection;
  readonly #host: HttpHost;
  readonly #services: Services;
  readonly #reader = new RequestReader();
  readonly #pace: ClientPace;
  readonly #log: RequestLog;
  readonly #own = new OwnConnection();
  /** What the host has given last. */
  #newest: HttpFrontend | null;
  #frontend: PreparedFrontend;
  #context: AdmissionContext;
  #exchange: Exchange | null = null;
  #deadline = Number.POSITIVE_INFINITY;
  /** Only ever falls. */
  #keepAlive = true;
  #clientEnded = false;
  #served = 0;

  constructor(client: ClientConnection, host: HttpHost, frontend: HttpFrontend, services: Services) {
    this.#client = client;
    this.#host = host;
    this.#services = services;
    this.#log = new RequestLog(services.access, client.sourceAddress);
    this.#newest = frontend;
    this.#frontend = prepareFrontend(frontend, services);
    this.#context = admissionContext(client, this.#frontend, true);
    this.#socket = client.socket;
    this.#pace = new ClientPace(client, this.#reader);
    this.response = new ResponseWriter(client.socket, {
      request: this.#reader.head,
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
    return this.#reader.reading === 'Complete';
  }

  pauseRequest(): void {
    if (this.#reader.reading === 'Body') {
      this.#socket.pause();
    }
  }

  resumeRequest(): void {
    if (this.#reader.reading === 'Body') {
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
    const { minimumRate } = this.#frontend;
    if (now >= this.#deadline) {
      this.#expired();
    } else if (minimumRate !== null && this.#pace.cutsOff(minimumRate, now, this.#exchange)) {
      return;
    } else if (this.#served > 0 && this.#reader.idle && this.#leaving()) {
      this.#close();
    }
  }

  /** To be asked when the head of a response is about to be sent. */
  #keepsAlive(): boolean {
    const { minor, connection } = this.#reader.head;
    this.#keepAlive &&= minor === 1 && !connection.close && this.requestComplete() && !this.#leaving();
    return this.#keepAlive;
  }

  #expired(): void {
    if (this.#reader.reading === 'Closing') {
      this.#socket.destroy();
    } else if (this.#exchange !== null) {
      this.#exchange.expired();
    } else if (this.#reader.idle) {
      this.#close();
    } else {
      this.#refuse('HeaderTimeout');
    }
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
    while (this.#reader.reading === 'Head' && this.#reader.waiting > 0) {
      if (this.#socket.writableNeedDrain) {
        // A client that sends on and on but reads no answers gets no further one.
        this.#socket.pause();
        return;
      }
      if (!this.#readHead()) {
        break;
      }
    }
    if (this.#reader.reading === 'Head' && this.#clientEnded) {
      this.#ended();
    }
  }

  /** False when more bytes are needed. */
  #readHead(): boolean {
    if (!this.#reader.begun) {
      this.#begin();
    }
    const bytes = this.#reader.view();
    const outcome = this.#reader.readHead(bytes, this.#frontend.config.limits.headerBytes);
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
    this.#reader.begin();
    if (newest !== this.#newest) {
      this.#renew(newest);
    }
    this.response.rules = this.#frontend.policies.response;
    this.#wait(this.#frontend.config.timeouts.header);
  }

  /** From now on another generation counts; null once the frontend has been removed. */
  #renew(newest: HttpFrontend | null): void {
    this.#newest = newest;
    if (newest !== null) {
      this.#frontend = prepareFrontend(newest, this.#services);
    }
    this.#context = admissionContext(this.#client, this.#frontend, newest !== null);
  }

  #serve(bytes: Buffer): void {
    const { head } = this.#reader;
    const record = this.#log.record(this.#frontend, head);
    const admission = admit(head, bytes, this.#context);
    record.backend = admission.backend;
    this.response.rules = admission.rules;
    switch (admission.kind) {
      case 'Forward':
        record.target = admission.target;
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
    const body = this.#reader.beginBody(bytes, request.bodyLimit);
    // What is already known to be wrong with the body keeps the whole request from the server.
    if (body.fault !== null) {
      this.#refuse(body.fault);
      return;
    }
    const exchange = new Exchange(this, request, {
      first: this.#served === 0,
      own: this.#own.take(request.upstream),
    });
    this.#exchange = exchange;
    this.touch();
    exchange.sendBody(bytes, body.pieces);
    exchange.start();
  }

  #readBody(chunk: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === null) {
      return;
    }
    this.touch();
    const body = this.#reader.readBody(chunk);
    if (body === null) {
      return;
    }
    if (body.fault !== null) {
      exchange.abort(body.fault);
      return;
    }
    exchange.sendBody(chunk, body.pieces);
    if (body.done) {
      this.#socket.resume();
    }
  }

  #refuse(fault: Fault, known: Partial<RequestEnd> = {}): void {
    const { status, text, closes, retryAfter } = VERDICTS[fault];
    this.#keepAlive &&= !closes;
    this.#log.record(this.#frontend, this.#reader.head);
    this.#respond({ status, text, retryAfter }, { ...known, fault });
  }

  #respond(response: LocalResponse, known: Partial<RequestEnd> = {}): void {
    // A client that has gone is past answering; the record is closed all the same.
    if (!this.#socket.destroyed) {
      const { rules } = this.response;
      const client = { method: this.#reader.head.method, keepAlive: this.#keepsAlive(), rules };
      this.#socket.write(formatLocalResponse(response, client), 'latin1');
    }
    this.#finishRecord({ ...known, status: response.status });
    this.#next();
  }

  #finishRecord(end: Partial<RequestEnd>): void {
    this.#log.finish(this.#reader.bodyBytes, end);
  }

  /** The request is over: on to the next one, or to the end. */
  #next(): void {
    this.#served += 1;
    if (!this.#keepAlive) {
      this.#close();
      return;
    }
    this.#reader.next();
    this.#wait(this.#frontend.config.timeouts.keepAlive);
    if (this.#socket.isPaused()) {
      this.#socket.resume();
    }
  }

  /** The client has sent its last byte, and all that was complete has been served. */
  #ended(): void {
    if (this.#reader.idle) {
      this.#close();
    } else {
      this.#refuse('HeaderIncomplete');
    }
  }

  #close(): void {
    this.#reader.close();
    this.#wait(this.#frontend.config.timeouts.request);
    this.#socket.end(() => this.#wait(LINGER));
    this.#socket.resume();
  }

  #tunnel({ connection, backend, head, early }: ExchangeEnd & { readonly kind: 'Switched' }): void {
    const socket = this.#socket;
    socket.pause().off('data', this.#onData).off('end', this.#onEnd);
    socket.off('drain', this.#onDrain).off('close', this.#onClose);
    this.#services.deadlines.delete(this);
    this.#own.end();
    void runTunnel({
      client: this.#client,
      clientEnded: this.#clientEnded,
      upstream: connection,
      toClient: [head, early],
      toUpstream: this.#reader.view(),
      counters: this.#frontend.counter(backend),
      timeouts: this.#frontend.config.timeouts,
    }).then((end) => this.#finishRecord({ ...end, server: hostAndPort(connection.server) }));
  }

  readonly #onData = (chunk: Buffer): void => {
    switch (this.#reader.reading) {
      case 'Head':
        this.#reader.append(chunk);
        this.#advance();
        break;
      case 'Body':
        this.#readBody(chunk);
        break;
      case 'Complete':
        this.#reader.append(chunk);
        if (this.#reader.waiting > this.#frontend.config.limits.headerBytes) {
          this.#socket.pause();
        }
        break;
      case 'Closing':
        break;
    }
  };

  readonly #onEnd = (): void => {
    this.#clientEnded = true;
    if (this.#reader.reading === 'Body') {
      this.#exchange?.abort('BodyIncomplete');
    } else {
      this.#advance();
    }
  };

  readonly #onDrain = (): void => {
    this.#exchange?.clientDrained();
    if (this.#reader.reading === 'Head') {
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
