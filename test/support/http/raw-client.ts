import { once } from 'node:events';
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { setImmediate as turn } from 'node:timers/promises';

/** A client that sends bytes as they are and keeps what comes back. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, Latin-1. */
  received(): string;
  /** Sends bytes (a string as Latin-1), in pieces of `size` where given, each of which the other side reads by itself. */
  send(bytes: Buffer | string, size?: number): Promise<void>;
  /** Resolves when what has been received fulfils the condition; rejects when the connection ends before. */
  until(condition: (received: string) => boolean): Promise<string>;
  /** Resolves with everything received when the connection is closed; says how. */
  closed(): Promise<{ readonly received: string; readonly how: 'End' | 'Reset' }>;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  const client = rawClient(socket);
  await new Promise((resolve) => socket.once('connect', resolve));
  return client;
}

/** The same over TLS; `trust` is the certificate of the server's authority, PEM. */
export async function connectRawTls(port: number, trust: string, protocol: string): Promise<RawClient> {
  const socket = tls.connect({
    socket: net.connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true }),
    servername: 'localhost',
    ca: trust,
    ALPNProtocols: [protocol],
  });
  await once(socket, 'secureConnect');
  return rawClient(socket);
}

function rawClient(socket: Socket): RawClient {
  let received = '';
  let how: 'End' | 'Reset' = 'Reset';
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const check of waiting) {
      check();
    }
  };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    changed();
  });
  socket.on('end', () => {
    how = 'End';
    socket.end();
  });
  socket.on('error', () => undefined).on('close', changed);

  const wait = async (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (done()) {
          waiting.delete(check);
          resolve();
        }
      };
      waiting.add(check);
      check();
    });

  return {
    socket,
    received: () => received,
    send: async (bytes, size) => {
      const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
      for (let at = 0; at < all.length && !socket.destroyed; at += size ?? all.length) {
        socket.write(all.subarray(at, at + (size ?? all.length)));
        await turn();
      }
    },
    until: async (condition) => {
      await wait(() => condition(received) || socket.closed);
      if (!condition(received)) {
        throw new Error(`the connection was closed after ${JSON.stringify(received)}`);
      }
      return received;
    },
    closed: async () => {
      await wait(() => socket.closed);
      return { received, how };
    },
  };
}
