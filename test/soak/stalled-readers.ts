import { setTimeout as delay } from 'node:timers/promises';
import { HOSTNAME } from '../faults/support/site.ts';
import { connectTcp, startTcpServer } from '../support/tcp.ts';
import type { TcpServer } from '../support/tcp.ts';

const CLIENTS = 20;
const BODY = Buffer.alloc(16 * 2 ** 20, 'x');

/** Clients that ask for more than fits any buffer, read nothing of it, and come again when they have been cut off. */
export class StalledReaders {
  /** Connections that the proxy has cut. */
  cut = 0;
  readonly #server: TcpServer;
  readonly #stopped = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(server: TcpServer) {
    this.#server = server;
  }

  static async start(): Promise<StalledReaders> {
    const server = await startTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`);
        socket.write(BODY);
      });
    });
    return new StalledReaders(server);
  }

  get serverPort(): number {
    return this.#server.port;
  }

  begin(port: number): void {
    this.#running = Promise.all(Array.from({ length: CLIENTS }, async () => this.#client(port)));
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    await this.#server.close();
  }

  async #client(port: number): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const socket = await connectTcp(port);
      const closed = new Promise((resolve) => {
        socket.once('close', resolve);
      });
      socket.pause().write(`GET /stalled HTTP/1.1\r\nHost: ${HOSTNAME}\r\n\r\n`);
      // A socket that is not read does not notice that it was cut, until it writes.
      while (!socket.closed && !signal.aborted) {
        await Promise.race([closed, delay(1_000)]);
        socket.write('\r\n');
      }
      this.cut += socket.closed ? 1 : 0;
      socket.destroy();
    }
  }
}
