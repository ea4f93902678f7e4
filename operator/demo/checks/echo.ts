import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from './http.ts';

const TIMEOUT_MS = 10_000;

/** What an echo server's first line said, and what it returned. */
export interface Echoed {
  readonly servedBy: string;
  readonly body: string;
}

/** Sends a text over TLS and returns what comes back until the server has closed; throws when the certificate can't be verified. */
export async function echoOverTls({ address, port, hostname, ca }: Endpoint, sent: string): Promise<Echoed> {
  const socket = connectTls({ host: address, port, ca, servername: hostname });
  return exchange(socket, 'secureConnect', sent);
}

/** Sends a text over plain TCP and returns what comes back until the server has closed. */
export async function echoOverTcp(
  { address, port }: Pick<Endpoint, 'address' | 'port'>,
  sent: string,
): Promise<Echoed> {
  return exchange(connect({ host: address, port }), 'connect', sent);
}

async function exchange(socket: Socket, connected: string, sent: string): Promise<Echoed> {
  try {
    await once(socket, connected, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    socket.end(sent);
    const received = await text(socket);
    const end = received.indexOf('\n');
    return { servedBy: received.slice(0, end), body: received.slice(end + 1) };
  } finally {
    socket.destroy();
  }
}
