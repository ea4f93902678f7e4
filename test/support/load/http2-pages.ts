import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { Clients } from './clients.ts';
import { page } from './pages.ts';

export interface Http2PageLoadOptions {
  readonly host: string;
  readonly port: number;
  readonly hostname: string;
  /** PEM of the root that is trusted. */
  readonly ca: string;
  readonly clients: number;
  /** Milliseconds between a response and the next request. */
  readonly pause: number;
}

/** Stands for an answer. */
const REFUSED = [[], ''] as const;

/**
 * HTTP/2 clients, each with one request after the other and a connection that lives until the server says GOAWAY (RFC 9113, 6.8). A
 * request is sent again only if it crossed the GOAWAY, and the server has said by REFUSED_STREAM or the last stream's number that it has not
 * been looked at (8.7); whatever else is not answered has failed.
 */
export class Http2PageLoad {
  served = 0;
  connections = 0;
  /** Requests that were sent again; none of them has failed. */
  resent = 0;
  readonly #options: Http2PageLoadOptions;
  readonly #clients: Clients;

  constructor(options: Http2PageLoadOptions) {
    this.#options = options;
    this.#clients = new Clients({
      count: options.clients,
      pause: () => options.pause,
      connection: async (stopped) => this.#connection(stopped),
    });
  }

  get failed(): number {
    return this.#clients.failed;
  }

  get reasons(): readonly string[] {
    return this.#clients.reasons.map((reason) => `HTTP/2: ${reason}`);
  }

  /** Resolves when each client has got its last response. */
  async stop(): Promise<void> {
    await this.#clients.stop();
  }

  async #connection(stopped: AbortSignal): Promise<void> {
    const { host, port, hostname, ca, pause } = this.#options;
    const session = connect(`https://${hostname}`, {
      createConnection: () => tls.connect({ host, port, servername: hostname, ca, ALPNProtocols: ['h2'] }),
    });
    const goaway = new AbortController();
    session.on('goaway', () => goaway.abort());
    // Each request that is lost by it is rejected.
    session.on('error', () => undefined);
    try {
      await once(session, 'connect');
      this.connections += 1;
      while (!goaway.signal.aborted && !session.closed && !stopped.aborted) {
        if (!(await request(session))) {
          this.resent += 1;
          return;
        }
        this.served += 1;
        await delay(pause);
      }
      if (session.destroyed && !goaway.signal.aborted) {
        throw new Error('the connection has ended without GOAWAY');
      }
    } finally {
      session.destroy();
    }
  }
}

/** Asks for a random page and checks it; false when the server has refused to look at it. */
async function request(session: ClientHttp2Session): Promise<boolean> {
  const path = `/page-${randomInt(1_000_000)}`;
  const stream = session.request({ ':path': path });
  const answer = Promise.all([once(stream, 'response'), text(stream)]) as Promise<
    [[{ readonly ':status'?: number }], string]
  >;
  const [[fields], body] = await answer.catch((error: unknown) => {
    if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return REFUSED;
    throw error;
  });
  if (fields === undefined) {
    return false;
  }
  if (fields[':status'] !== 200 || body !== page(path)) {
    throw new Error(`wrong answer to ${path}: ${fields[':status']} ${body.slice(0, 300)}`);
  }
  return true;
}
