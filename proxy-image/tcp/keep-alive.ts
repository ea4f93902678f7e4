import type { Socket } from 'node:net';

/** Probes of a connection that carries nothing begin after this long: sooner than load balancers and firewalls forget it. Milliseconds. */
const IDLE = 60_000;
/** Between probes without an answer, and how many of them: an outage of two minutes costs no connection, as it would with Node's own 10 seconds. */
const INTERVAL = 15_000;
const PROBES = 8;

/** Keeps an idle connection known to everything on its way, and ends it when the other side has vanished. */
export function keepAlive(socket: Socket): void {
  socket.setKeepAlive(true, IDLE, INTERVAL, PROBES);
}
