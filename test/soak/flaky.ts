import { setTimeout as delay } from 'node:timers/promises';
import { HOSTNAME } from '../faults/support/site.ts';
import { connectRaw } from '../support/http/raw-client.ts';
import { startTcpServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

const CLIENTS = 4;
/** How long one of the servers is there, and then not. Milliseconds. */
const FLAP = 3_000;
/** Between two requests of a client. Milliseconds. */
const PAUSE = 50;

interface Flaky {
  readonly server: TcpServer;
  up: boolean;
}

/** Requests to two servers, of which one or the other cuts its connections and every new one for a while. */
export class FlakyLoad {
  /** Responses by status; 0 for none. */
  readonly counts: Record<number, number> = {};
  readonly #servers: readonly Flaky[];
  readonly #stopped = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(servers: readonly Flaky[]) {
    this.#servers = servers;
  }

  static async start(): Promise<FlakyLoad> {
    return new FlakyLoad([await startFlaky(), await startFlaky()]);
  }

  get serverPorts(): readonly number[] {
    return this.#servers.map(({ server }) => server.port);
  }

  begin(port: number): void {
    this.#running = Promise.all([
      this.#flap(),
      ...Array.from({ length: CLIENTS }, async () => this.#client(port)),
    ]);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    await Promise.all(this.#servers.map(async ({ server }) => server.close()));
  }

  async #flap(): Promise<void> {
    for (let turn = 0; !this.#stopped.signal.aborted; turn += 1) {
      const flaky = this.#servers[turn % this.#servers.length];
      if (flaky !== undefined) {
        flaky.up = false;
        for (const socket of flaky.server.connections) {
          socket.resetAndDestroy();
        }
        await this.#wait(FLAP);
        flaky.up = true;
      }
    }
  }

  async #client(port: number): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const client = await connectRaw(port);
      await client.send(`GET /flaky HTTP/1.1\r\nHost: ${HOSTNAME}\r\nConnection: close\r\n\r\n`);
      const { received } = await client.closed();
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? 0);
      this.counts[status] = (this.counts[status] ?? 0) + 1;
      await this.#wait(PAUSE);
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}

async function startFlaky(): Promise<Flaky> {
  const server = await startTcpServer((socket) => {
    if (!flaky.up) {
      socket.resetAndDestroy();
      return;
    }
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    socket.on('end', () => socket.end());
  });
  const flaky: Flaky = { server, up: true };
  return flaky;
}
