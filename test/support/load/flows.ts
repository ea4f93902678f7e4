import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connectTcp, readBytes } from '../tcp.ts';

const PING_BYTES = 64;

/** Connections made at the same time. */
const BATCH = 50;

/** Established layer 4 connections to an echo server, on each of which a ping goes out now and then, and has to come back as it was. */
export class FlowLoad {
  pings = 0;
  /** Connections that ended although nobody wanted it, or brought back other bytes. */
  dropped = 0;
  readonly #sockets: readonly Socket[];
  readonly #stopped = new AbortController();
  readonly #running: Promise<unknown>;

  private constructor(sockets: readonly Socket[], pause: number) {
    this.#sockets = sockets;
    this.#running = Promise.all(sockets.map(async (socket) => this.#ping(socket, pause)));
  }

  /** Opens all of them; `pause` is milliseconds between two pings on one connection. */
  static async start(port: number, count: number, pause: number, host?: string): Promise<FlowLoad> {
    const sockets: Socket[] = [];
    while (sockets.length < count) {
      const size = Math.min(BATCH, count - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: size }, async () => connectTcp(port, host)))));
    }
    return new FlowLoad(sockets, pause);
  }

  /** Resolves when the last ping is back on each connection. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  async #ping(socket: Socket, pause: number): Promise<void> {
    const { signal } = this.#stopped;
    const lost = new Promise<null>((resolve) => {
      socket.once('end', () => resolve(null)).once('close', () => resolve(null));
    });
    // Not all of them in the same moment.
    await idle(Math.random() * pause, signal);
    while (!signal.aborted) {
      const ping = randomBytes(PING_BYTES);
      socket.write(ping);
      const pong = await Promise.race([readBytes(socket, PING_BYTES).catch(() => null), lost]);
      if (pong === null || !pong.equals(ping)) {
        this.dropped += 1;
        return;
      }
      this.pings += 1;
      await idle(pause, signal);
    }
  }
}

async function idle(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
