import type { Socket } from 'node:net';

/** Probes of a connection that carries nothing begin after this long: sooner than load balancers and firewalls forget it. Milliseconds. */
const IDLE = 60_000;
/** Between probes without an answer, and how many of them: an outage of two minutes costs no connection, as it would with Node's own 10 seconds. */
const INTERVAL = 15_000;
const PROBES = 8;
/** A connection that lives for longer than this, and than twice this at most, is set up for probes; well before the first is due. */
const SETTLED = 15_000;

/** Keeps an idle connection known to everything on its way, and ends it when the other side has vanished. */
export function keepAlive(socket: Socket): void {
  socket.setKeepAlive(true, IDLE, INTERVAL, PROBES);
}

/** Does the same later, for connections that may not live for so long: it takes four system calls. */
class Newcomers {
  #young = new Set<Socket>();
  #older = new Set<Socket>();
  #timer: NodeJS.Timeout | null = null;

  add(socket: Socket): void {
    this.#young.add(socket);
    this.#timer ??= setInterval(() => this.#grow(), SETTLED).unref();
  }

  /** It has been closed. */
  delete(socket: Socket): void {
    if (!this.#young.delete(socket)) {
      this.#older.delete(socket);
    }
  }

  #grow(): void {
    for (const socket of this.#older) {
      keepAlive(socket);
    }
    this.#older = this.#young;
    this.#young = new Set();
    if (this.#older.size === 0) {
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
    }
  }
}

export const newcomers = new Newcomers();
