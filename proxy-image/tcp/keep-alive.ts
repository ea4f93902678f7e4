import type { Socket } from 'node:net';
import { NO_SEAT, Roster } from './roster.ts';
import type { Seated } from './roster.ts';

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

/** A connection that may not live for so long that it needs probes. */
class Newcomer implements Seated {
  readonly socket: Socket;
  seat = NO_SEAT;
  /** It has seen one turn of the timer. */
  older = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }
}

/** Does the same later, for connections that may not live for so long: it takes four system calls. */
class Newcomers {
  readonly #waiting = new Roster<Newcomer>();
  #timer: NodeJS.Timeout | null = null;

  /** What comes back has to be deleted when the connection is closed. */
  add(socket: Socket): Newcomer {
    const newcomer = new Newcomer(socket);
    this.#waiting.add(newcomer);
    this.#timer ??= setInterval(() => this.#grow(), SETTLED).unref();
    return newcomer;
  }

  delete(newcomer: Newcomer): void {
    this.#waiting.delete(newcomer);
  }

  #grow(): void {
    for (const newcomer of this.#waiting.snapshot()) {
      if (newcomer.older) {
        this.#waiting.delete(newcomer);
        keepAlive(newcomer.socket);
      }
      newcomer.older = true;
    }
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer ?? undefined);
      this.#timer = null;
    }
  }
}

export const newcomers = new Newcomers();
