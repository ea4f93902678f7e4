import net from 'node:net';
import type { Socket } from 'node:net';
import type { FrontendStatus } from '../config/status.ts';
import type { FrontendGeneration } from '../generation/generation.ts';
import { newcomers } from '../tcp/keep-alive.ts';
import { resetSocket } from '../tcp/reset.ts';
import { NO_SEAT, Roster } from '../tcp/roster.ts';
import type { Seated } from '../tcp/roster.ts';
import { listenFailure } from './failures.ts';
import type { Refusal } from './refusal.ts';
import { SourceTable } from './source-table.ts';
import type { AcceptedConnection } from './types.ts';

/** Connections that wait in the kernel until they are accepted; it allows at most `net.core.somaxconn`. */
const BACKLOG = 4096;

export interface ListenerContext {
  /** Takes over an accepted connection; calls `done` when there is nothing more to do for it. */
  serve(connection: AcceptedConnection, listener: Listener, done: () => void): void;
  /** Whether the process as a whole can take another connection. */
  hasRoom(): boolean;
  /** A connection that can't be taken; it has not been counted as one. */
  refused(connection: AcceptedConnection, frontend: FrontendGeneration, refusal: Refusal): void;
  /** A connection is going to be served. */
  connectionOpened(): void;
  /** A connection has ended. */
  connectionClosed(listener: Listener): void;
}

/** One listening socket. What becomes of its connections is its frontend's present generation, which can be swapped at any time. */
export class Listener {
  readonly address: string;
  readonly port: number;
  readonly #context: ListenerContext;
  readonly #server: net.Server;
  readonly #connections = new Roster<AcceptedConnection & Seated>();
  readonly #firstAttempt = Promise.withResolvers<void>();
  #frontend: FrontendGeneration;
  #state: FrontendStatus['state'] = 'Opening';
  #failure: string | null = null;
  /** It has failed, and another attempt is under way. */
  #retrying = false;
  /** Address that it has tried last. */
  #host: string;
  #deadline: NodeJS.Timeout | null = null;
  /** Open connections of sources whose number is limited. */
  readonly sources = new SourceTable();
  /** Open connections of this frontend in other workers. */
  openElsewhere = 0;
  /** The configuration does not have this frontend any more. */
  removed = false;

  constructor(frontend: FrontendGeneration, context: ListenerContext) {
    this.address = frontend.config.address;
    this.port = frontend.config.port;
    this.#host = this.address;
    this.#frontend = frontend;
    this.#context = context;
    this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#server.on('listening', () => this.#listening());
    this.#server.on('error', (error) => this.#failed(error));
    this.#listen(this.address);
  }

  /** The newest generation of the frontend; the last one while draining. */
  get frontend(): FrontendGeneration {
    return this.#frontend;
  }

  get draining(): boolean {
    return this.#state === 'Draining';
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Resolves when the first attempt to listen has succeeded or failed. */
  async settled(): Promise<void> {
    return this.#firstAttempt.promise;
  }

  status(): FrontendStatus {
    const message = this.#failure;
    return {
      name: this.#frontend.config.name,
      address: this.address,
      port: this.port,
      state: this.#state,
      ...(message === null ? {} : { message }),
      connections: this.#connections.size,
    };
  }

  /** New connections, and new requests of the present ones, are served by this generation from now on. */
  swap(frontend: FrontendGeneration): void {
    this.#frontend = frontend;
  }

  /** Tries again to listen, if it has failed. */
  retry(): void {
    if (this.#state === 'Failed' && !this.#retrying) {
      // Until it listens it stays what it was for everybody else: it has failed.
      this.#retrying = true;
      this.#listen(this.address);
    }
  }

  /** Goes on accepting, but what is open after `delay` and the frontend's own `timeouts.drain` is reset. Milliseconds. */
  expire(delay: number): void {
    this.#resetIn(delay + this.#frontend.config.timeouts.drain);
  }

  /** Stops accepting. What is open may live on for `limit` milliseconds, and for the frontend's own `timeouts.drain` at most. */
  drain(limit = Number.POSITIVE_INFINITY): void {
    this.#server.close();
    this.#settle('Draining', null);
    this.#resetIn(Math.min(limit, this.#frontend.config.timeouts.drain));
  }

  /** Ends every connection at once. */
  resetAll(): void {
    for (const connection of this.#connections.snapshot()) {
      connection.reset();
    }
  }

  #resetIn(milliseconds: number): void {
    clearTimeout(this.#deadline ?? undefined);
    this.#deadline = setTimeout(() => this.resetAll(), milliseconds);
    this.#deadline.unref();
  }

  #listen(host: string): void {
    this.#host = host;
    this.#server.listen({ host, port: this.port, backlog: BACKLOG });
  }

  #listening(): void {
    if (this.#state === 'Draining') {
      this.#server.close();
      return;
    }
    this.#settle('Listening', null);
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#state !== 'Opening' && !this.#retrying) {
      return;
    }
    // `::` stands for every address, also on a host without IPv6.
    if (this.address === '::' && isIpv6Missing(error) && this.#host === '::') {
      this.#listen('0.0.0.0');
      return;
    }
    this.#settle('Failed', listenFailure(error, this.#frontend.config));
  }

  #settle(state: FrontendStatus['state'], failure: string | null): void {
    this.#state = state;
    this.#failure = failure;
    this.#retrying = false;
    this.#firstAttempt.resolve();
  }

  #accept(socket: Socket): void {
    const { metrics } = this.#frontend;
    const { remoteAddress, remotePort = 0, localAddress = '', localPort = 0 } = socket;
    if (remoteAddress === undefined) {
      // The client has reset it while it was waiting to be accepted.
      socket.destroy();
      return;
    }
    const connection: AcceptedConnection & Seated = {
      seat: NO_SEAT,
      socket,
      transport: socket,
      sourceAddress: unmapped(remoteAddress),
      sourcePort: remotePort,
      destinationAddress: unmapped(localAddress),
      destinationPort: localPort,
      local: false,
      proxied: null,
      tls: null,
      acceptedAt: performance.now(),
      reset: () => resetSocket(socket),
    };
    // An error that nobody listens for would end the process; 'close' follows it.
    socket.on('error', ignore);
    const full = this.#full();
    if (full !== null) {
      this.#context.refused(connection, this.#frontend, { reason: 'ConnectionLimit', error: full });
      return;
    }
    const newcomer = newcomers.add(socket);
    metrics.accepted.inc();
    metrics.open.inc();
    this.#connections.add(connection);
    this.#context.connectionOpened();
    let awaited = 2;
    const ended = (): void => {
      awaited -= 1;
      if (awaited === 0) {
        metrics.open.dec();
        this.#connections.delete(connection);
        this.#context.connectionClosed(this);
      }
    };
    socket.on('close', () => {
      newcomers.delete(newcomer);
      ended();
    });
    this.#context.serve(connection, this, ended);
  }

  /** Why no further connection can be taken; null when it can. */
  #full(): string | null {
    const { connections: limit } = this.#frontend.config.limits;
    if (this.#connections.size + this.openElsewhere >= limit) {
      return `the frontend has ${limit} connections already, as many as limits.connections allows`;
    }
    return this.#context.hasRoom()
      ? null
      : 'the process has as many connections already as its open files and memory allow';
  }
}

/** A client that comes by IPv4 to a listener on `::` has its address inside of an IPv6 one (RFC 4291 section 2.5.5.2). */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

function isIpv6Missing({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
}

function ignore(): void {}
