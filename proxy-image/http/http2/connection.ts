import type { Socket } from 'node:net';
import type { ClientConnection } from '../../listener/types.ts';
import { admissionContext, admit, type AdmissionContext } from '../admission.ts';
import type { Deadlines, Ticking } from '../deadlines.ts';
import { VERDICTS, type Fault } from '../faults.ts';
import { prepareFrontend, type PreparedFrontend } from '../frontend.ts';
import { RequestRecord, type RequestEnd } from '../request-record.ts';
import type { HttpFrontend, HttpHost, HttpServices } from '../types.ts';
import { ClientPace } from './client-pace.ts';
import { connectionError, ErrorCode, streamError, type Violation } from './codec/error-codes.ts';
import { FrameReader } from './codec/frame-reader.ts';
import { Setting } from './codec/settings.ts';
import { Farewell } from './farewell.ts';
import { FrameHandler, type FrameHost } from './frame-handler.ts';
import type { HeaderBlock } from './header-blocks.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { Outbox } from './outbox.ts';
import { makeRequestField, REQUEST_FIELDS, type RequestField } from './request-field.ts';
import { RequestFields } from './request-fields.ts';
import { Http2Stream, type StreamHost } from './stream.ts';
import { StreamSet } from './stream-set.ts';
import { Limits } from './streams/counts.ts';
import { DEFAULT_WINDOW } from './streams/flow.ts';
import { Watch, type Expiry } from './watch.ts';

/** How long a client may take to close after the last frame; what it still sends is read and dropped. Milliseconds. */
const LINGER = 2_000;

/** One for all connections: from the first byte of a header block to the forwarded request there is no waiting. */
const fields = new RequestFields();

/** What a connection works with beside its client and its frontend. */
export interface Services extends HttpServices {
  readonly deadlines: Deadlines;
}

/** One client's HTTP/2 connection. */
export class Http2Connection implements FrameHost, StreamHost, Ticking {
  readonly streams = new StreamSet();
  readonly outbox: Outbox;
  readonly #client: ClientConnection;
  readonly #socket: Socket;
  readonly #host: HttpHost;
  readonly #services: Services;
  readonly #frames: FrameHandler;
  readonly #reader: FrameReader;
  readonly #decoder = new HpackDecoder<RequestField>(makeRequestField, REQUEST_FIELDS, Limits.headerTable);
  readonly #farewell: Farewell;
  readonly #watch: Watch;
  readonly #pace: ClientPace;
  #frontend: PreparedFrontend;
  /** The generation that `#frontend` was made of; null once the frontend has been removed. */
  #newest: HttpFrontend | null;
  #context: AdmissionContext;
  /** The client opens no further streams. */
  #clientLeaves = false;
  /** When a connection that has ended is cut; null while it has not. */
  #cutAt: number | null = null;

  constructor(client: ClientConnection, host: HttpHost, frontend: HttpFrontend, services: Services) {
    this.#client = client;
    this.#socket = client.socket;
    this.#host = host;
    this.#services = services;
    this.#frontend = prepareFrontend(frontend, services);
    this.#newest = frontend;
    this.#context = admissionContext(client, this.#frontend, true);
    this.outbox = new Outbox(client.socket, () => this.#resume());
    this.#frames = new FrameHandler(this, () => performance.now());
    this.#reader = new FrameReader(this.#frames);
    this.#farewell = new Farewell(this.outbox, services.deadlines.now);
    this.#watch = new Watch(this.outbox, services.deadlines.now);
    this.#pace = new ClientPace(this.outbox);
  }

  get ended(): boolean {
    return this.#cutAt !== null;
  }

  start(): void {
    const socket = this.#socket;
    this.#services.deadlines.add(this);
    socket.on('data', this.#onData).on('end', this.#onEnd);
    socket.on('error', ignore).on('close', this.#onClose);
    this.outbox.frames.settings([
      [Setting.MaxConcurrentStreams, Limits.concurrentStreams],
      [Setting.InitialWindowSize, Limits.streamWindow],
      [Setting.MaxHeaderListSize, this.#frontend.config.limits.headerBytes],
    ]);
    this.outbox.frames.windowUpdate(0, Limits.connectionWindow - DEFAULT_WINDOW);
    this.outbox.schedule();
    socket.resume();
  }

  tick(now: number): void {
    if (this.#cutAt !== null) {
      if (now >= this.#cutAt) {
        this.#socket.destroy();
      }
      return;
    }
    if (this.#host.frontend() === null) {
      this.#farewell.announce(now);
    } else if (this.#host.draining()) {
      this.#farewell.announceAfterService(now, this.streams.total);
    }
    this.#farewell.tick(now, this.streams.last);
    for (const stream of this.streams) {
      stream.tick(now);
    }
    if (this.#frontend.minimumRate !== null) {
      this.#pace.check(this.#frontend.minimumRate, now, this.streams);
    }
    this.#closeWhenDone();
    const expiry = this.#watch.check(now, this.streams.size, this.#frontend.config.timeouts);
    if (expiry !== null && !this.ended) {
      this.#expired(expiry);
    }
  }

  // What streams need of their connection.

  now(): number {
    return this.#services.deadlines.now;
  }

  received(bytes: number): void {
    this.#pace.received(bytes);
  }

  closed(stream: Http2Stream): void {
    const { id, state } = stream;
    this.streams.close(id, state === 'ResetByPeer' || state === 'ResetByUs' ? state : 'Ended');
    this.#closeWhenDone();
  }

  finish(record: RequestRecord, end: Partial<RequestEnd>): void {
    record.close(end, this.#services.access);
  }

  // What frames do to the connection.

  blockLimit(): number {
    return this.#frontend.config.limits.headerBytes;
  }

  acknowledged(): void {
    this.#watch.acknowledged();
  }

  answered(data: Buffer): void {
    this.#farewell.answered(data, this.streams.last);
    this.#closeWhenDone();
  }

  leaving(): void {
    this.#clientLeaves = true;
    this.#closeWhenDone();
  }

  /** RFC 7541: every block is decoded, whatever becomes of its stream, as the next one may refer to it. */
  block(block: HeaderBlock): Violation | null {
    const opens = block.streamId > this.streams.last;
    if (opens) {
      this.#renewFrontend();
    }
    fields.begin(this.blockLimit());
    if (!this.#decoder.decode(block.fragment, fields.take)) {
      return connectionError(ErrorCode.CompressionError, 'malformed header block');
    }
    return opens ? this.#open(block) : this.#trailers(block);
  }

  violated({ scope, code, reason }: Violation, streamId: number): void {
    if (scope === 'Connection' || this.streams.isIdle(streamId)) {
      this.#fail(code, reason);
      return;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      this.#resetUnserved(streamId, code);
    } else {
      stream.reset(code, 'ProtocolViolation');
    }
    const abuse = this.#frames.spend('ResetByUs');
    if (abuse !== null) {
      this.#fail(abuse.code, abuse.reason);
    }
  }

  /** A new request is served by the generation that is the newest now. */
  #renewFrontend(): void {
    const newest = this.#host.frontend();
    if (newest === this.#newest) {
      return;
    }
    this.#newest = newest;
    if (newest !== null) {
      this.#frontend = prepareFrontend(newest, this.#services);
    }
    this.#context = admissionContext(this.#client, this.#frontend, newest !== null);
  }

  #open(block: HeaderBlock): Violation | null {
    const { streamId, endStream, dependsOnItself } = block;
    this.streams.begin(streamId);
    if (this.streams.total >= Limits.totalStreams) {
      this.#farewell.announce(this.now());
    }
    if (this.#farewell.settled || this.streams.size >= Limits.concurrentStreams) {
      return streamError(ErrorCode.RefusedStream, 'one stream too many');
    }
    if (dependsOnItself) {
      return streamError(ErrorCode.ProtocolError, 'a stream depends on itself');
    }
    const verdict = fields.request(endStream);
    const record = this.#newRecord();
    if (verdict.kind === 'Malformed') {
      this.finish(record, { status: VERDICTS[verdict.fault].status, fault: verdict.fault });
      return streamError(ErrorCode.ProtocolError, 'malformed request');
    }
    const stream = this.#newStream(block, record);
    if (verdict.kind === 'Refused') {
      stream.refuse(verdict.fault);
    } else {
      this.#serve(stream, record);
    }
    return null;
  }

  #newStream({ streamId, endStream }: HeaderBlock, record: RequestRecord): Http2Stream {
    const { head } = fields;
    const { timeouts } = this.#frontend.config;
    const request = {
      id: streamId,
      method: head.method,
      bodyLength: head.bodyLength,
      ended: endStream,
      record,
      timeout: timeouts.request,
      window: this.#frames.initialWindow,
    };
    const stream = new Http2Stream(this, request);
    stream.response.rules = this.#frontend.policies.response;
    this.streams.add(stream);
    return stream;
  }

  #serve(stream: Http2Stream, record: RequestRecord): void {
    const admission = admit(fields.head, fields.bytes, this.#context);
    record.backend = admission.backend;
    stream.response.rules = admission.rules;
    switch (admission.kind) {
      case 'Forward':
        record.target = admission.target;
        stream.forward(admission.request, this.streams.total === 1);
        break;
      case 'Respond':
        stream.respond(admission.response);
        break;
      case 'Refuse':
        stream.refuse(admission.fault);
    }
  }

  #trailers({ streamId, endStream }: HeaderBlock): Violation | null {
    const stream = this.streams.find(streamId, 'HeadersIn');
    if (stream === null) {
      return this.#frames.spend('AfterReset');
    }
    if ('scope' in stream) {
      return stream;
    }
    // RFC 9113 section 8.1: trailers end their stream.
    if (!endStream || !fields.trailers()) {
      return streamError(ErrorCode.ProtocolError, 'malformed trailers');
    }
    return stream.receiveEnd();
  }

  #newRecord(): RequestRecord {
    const { method, host, target } = fields.head;
    const line = { method, host, path: target.path ?? '*' };
    return new RequestRecord(this.#frontend, this.#client.sourceAddress, line);
  }

  /** For a stream that is closed, or was never served. */
  #resetUnserved(streamId: number, code: ErrorCode): void {
    this.outbox.frames.reset(streamId, code);
    this.outbox.schedule();
    this.streams.close(streamId, 'ResetByUs');
  }

  #expired(expiry: Expiry): void {
    switch (expiry) {
      case 'Idle':
        this.#end(ErrorCode.NoError, '');
        break;
      case 'HeaderTimeout':
        this.#fail(ErrorCode.ProtocolError, 'a frame or header block took too long');
        break;
      case 'SettingsTimeout':
        this.#fail(ErrorCode.SettingsTimeout, 'our settings were not acknowledged');
        break;
      case 'Vanished':
        this.#abandon('ClientClosed');
        this.#socket.destroy();
    }
  }

  #closeWhenDone(): void {
    const done = this.streams.size === 0 && (this.#farewell.settled || this.#clientLeaves);
    if (done && !this.ended) {
      this.#end(ErrorCode.NoError, '');
    }
  }

  /** The client has broken a rule of the whole connection (RFC 9113 section 5.4.1). */
  #fail(code: ErrorCode, reason: string): void {
    const { config } = this.#frontend;
    const { sourceAddress, acceptedAt } = this.#client;
    this.#services.metrics.faults.labels({ frontend: config.name, fault: 'ProtocolViolation' }).inc();
    this.#services.access.log({
      kind: 'connection',
      frontend: config.name,
      source: sourceAddress,
      backend: null,
      server: null,
      durationMs: Math.round(performance.now() - acceptedAt),
      bytesIn: this.#socket.bytesRead,
      bytesOut: this.#socket.bytesWritten,
      error: `HTTP/2 connection error ${code}: ${reason}`,
    });
    this.#end(code, reason);
  }

  #end(code: ErrorCode, reason: string): void {
    if (this.ended) {
      return;
    }
    this.#cutAt = this.now() + LINGER;
    this.outbox.frames.goAway(this.streams.last, code, reason);
    this.outbox.close();
    this.#abandon(code === ErrorCode.NoError ? 'ClientClosed' : 'ProtocolViolation');
    this.#socket.end();
    this.#socket.resume();
  }

  #abandon(fault: Fault): void {
    for (const stream of this.streams) {
      stream.abandon(fault);
    }
  }

  /** A client that does not take what has been written for it is not listened to until it does. */
  #resume(): void {
    if (!this.ended) {
      this.#socket.resume();
    }
  }

  /** True in the middle of what should come at once: the preface, a header block, any frame but DATA. */
  #unfinished(): boolean {
    const { unfinished } = this.#reader;
    return this.#frames.unfinished || unfinished === 'Frame' || unfinished === 'Preface';
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.ended) {
      return;
    }
    const { completed } = this.#frames;
    const violation = this.#reader.read(chunk);
    if (violation !== null) {
      this.violated(violation, 0);
      return;
    }
    this.#watch.heard(this.now(), this.#unfinished(), this.#frames.completed > completed);
    if (this.outbox.congested) {
      this.#socket.pause();
    }
  };

  readonly #onEnd = (): void => {
    if (!this.ended) {
      this.#end(ErrorCode.NoError, '');
    }
  };

  readonly #onClose = (): void => {
    this.#cutAt ??= this.now();
    this.#services.deadlines.delete(this);
    this.outbox.close();
    this.#abandon('ClientClosed');
  };
}

function ignore(): void {}
