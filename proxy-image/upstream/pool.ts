import type { Socket } from 'node:net';
import type { ServerConfig } from '../config/types.ts';
import { deliverTo } from './landing.ts';
import { once } from './once.ts';
import type { ConnectionUser, HttpConnection, UpstreamConnection } from './types.ts';

/**
 * Idle connections that one worker keeps for one server. One that has just been used can't be taken again at once, so that a client
 * with 100 requests under way needs nearly twice as many connections; with fewer they would be closed and opened again all the time.
 */
const MAX_IDLE = 256;

/**
 * How long a connection may be idle; less than the 20 s after which Tomcat, the usual server, closes one: a request sent into that
 * moment would be lost. Milliseconds.
 */
const IDLE_TIMEOUT = 15_000;

/** How often idle connections are looked through. Milliseconds. */
const SWEEP_INTERVAL = 1_000;

/** Whose connections they are, and who counts those in use. */
export interface PoolOwner {
  readonly config: ServerConfig;
  /** `host:port` as configured. */
  readonly label: string;
  occupy(): void;
  vacate(): void;
  /** What the cookies of its clients hold; null where they have none. */
  readonly stickyToken: string | null;
  /** What has become of an exchange: null, or what the server did wrong. */
  exchangeEnded(failure: string | null): void;
}

/**
 * The HTTP connections of one server. The one that was used last is taken first, so that the others grow old and go. A connection that
 * receives anything while nobody uses it is out of step with its server and is destroyed: what it sent would be taken for the answer to
 * the next request, of another client perhaps.
 */
export class ConnectionPool {
  readonly #server: PoolOwner;
  readonly #idle: PooledConnection[] = [];
  /** Have become idle in this turn of the event loop, and in the one before. */
  #newcomers: PooledConnection[] = [];
  #settling: PooledConnection[] = [];
  #turning = false;
  #sweep: NodeJS.Timeout | null = null;
  #retired = false;

  constructor(server: PoolOwner) {
    this.#server = server;
  }

  take(): HttpConnection | null {
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (now < connection.idleUntil) {
        connection.reuse();
        return connection;
      }
      connection.destroy();
    }
    return null;
  }

  /** Makes a new connection of this pool, in use and counted so already. One that is not `shared` ends with its first exchange. */
  adopt(socket: Socket, shared = true): HttpConnection {
    return new PooledConnection(socket, this.#server, shared ? this : null);
  }

  /**
   * Takes a connection back. It has to wait until everything that had already arrived has been read, which is one whole turn of the
   * event loop: bytes sent behind a response must be seen before the next request goes out.
   */
  settle(connection: PooledConnection): void {
    if (this.#retired || this.#idle.length + this.#settling.length + this.#newcomers.length >= MAX_IDLE) {
      connection.destroy();
      return;
    }
    this.#newcomers.push(connection);
    if (!this.#turning) {
      this.#turning = true;
      setImmediate(this.#turn);
    }
  }

  forget(connection: PooledConnection): void {
    for (const list of [this.#idle, this.#settling, this.#newcomers]) {
      const index = list.indexOf(connection);
      if (index !== -1) {
        list.splice(index, 1);
      }
    }
  }

  retire(): void {
    this.#retired = true;
    for (const connection of [...this.#idle, ...this.#settling, ...this.#newcomers]) {
      connection.destroy();
    }
  }

  /** The sockets that were ready have been read: whoever was there before that is idle now, without a word from its server. */
  readonly #turn = (): void => {
    const settled = this.#settling;
    this.#settling = this.#newcomers;
    const now = performance.now();
    for (const connection of settled) {
      connection.idleUntil = now + connection.idleMs;
      this.#idle.push(connection);
    }
    settled.length = 0;
    this.#newcomers = settled;
    this.#turning = this.#settling.length > 0;
    if (this.#turning) {
      setImmediate(this.#turn);
    }
    if (this.#idle.length > 0) {
      this.#sweep ??= setInterval(() => this.#closeOld(performance.now()), SWEEP_INTERVAL).unref();
    }
  };

  #closeOld(now: number): void {
    for (const connection of this.#idle.filter(({ idleUntil }) => now >= idleUntil)) {
      connection.destroy();
    }
    if (this.#idle.length === 0 && this.#sweep !== null) {
      clearInterval(this.#sweep);
      this.#sweep = null;
    }
  }
}

/** `Idle` includes settling. */
type State = 'InUse' | 'Idle' | 'Gone';

class PooledConnection implements HttpConnection {
  readonly socket: Socket;
  readonly #server: PoolOwner;
  /** Null when nobody else may use it. */
  readonly #pool: ConnectionPool | null;
  #state: State = 'InUse';
  #user: ConnectionUser | null = null;
  #error: Error | null = null;
  reused = false;
  /** How long it may be idle, milliseconds, and until when. */
  idleMs = 0;
  idleUntil = 0;

  constructor(socket: Socket, server: PoolOwner, pool: ConnectionPool | null) {
    this.socket = socket;
    this.#server = server;
    this.#pool = pool;
    deliverTo(socket, this.#onData);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('drain', this.#onDrain);
    socket.on('error', this.#onError).on('close', this.#onClose);
  }

  get server(): ServerConfig {
    return this.#server.config;
  }

  get label(): string {
    return this.#server.label;
  }

  get stickyToken(): string | null {
    return this.#server.stickyToken;
  }

  attach(user: ConnectionUser): void {
    this.#user = user;
  }

  reuse(): void {
    this.#state = 'InUse';
    this.#server.occupy();
    this.reused = true;
  }

  judge(failure: string | null): void {
    this.#server.exchangeEnded(failure);
  }

  recycle(idleMs: number): void {
    if (this.#state !== 'InUse') {
      return;
    }
    if (this.#pool === null) {
      this.destroy();
      return;
    }
    this.#state = 'Idle';
    this.#user = null;
    this.#server.vacate();
    this.idleMs = Math.min(idleMs, IDLE_TIMEOUT);
    if (this.socket.isPaused()) {
      this.socket.resume();
    }
    this.#pool.settle(this);
  }

  destroy(): void {
    this.#user = null;
    this.#leave();
    this.socket.destroy();
  }

  detach(): UpstreamConnection {
    const { socket } = this;
    const server = this.#server;
    const release = once(() => server.vacate());
    this.#user = null;
    // The connection stays counted as open: whoever takes it over says when it has ended.
    this.#state = 'Gone';
    deliverTo(socket, null);
    socket.pause();
    socket.off('data', this.#onData).off('end', this.#onEnd).off('drain', this.#onDrain);
    socket.off('error', this.#onError).off('close', this.#onClose);
    return { socket, server: server.config, release };
  }

  /** From any state to `Gone`. */
  #leave(): void {
    if (this.#state === 'InUse') {
      this.#server.vacate();
    }
    if (this.#state === 'Idle') {
      this.#pool?.forget(this);
    }
    this.#state = 'Gone';
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#user === null) {
      this.destroy();
      return;
    }
    this.#user.upstreamData(chunk);
  };

  readonly #onEnd = (): void => {
    if (this.#user === null) {
      this.destroy();
      return;
    }
    this.#user.upstreamEnd();
  };

  readonly #onDrain = (): void => {
    this.#user?.upstreamDrained();
  };

  readonly #onError = (error: Error): void => {
    this.#error = error;
  };

  readonly #onClose = (): void => {
    const user = this.#user;
    this.#user = null;
    this.#leave();
    user?.upstreamClosed(this.#error);
  };
}
