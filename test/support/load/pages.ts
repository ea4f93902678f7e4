import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { startTcpServer } from '../tcp.ts';
import type { Place, TcpServer } from '../tcp.ts';
import { Clients } from './clients.ts';

/** Which certificates a client may be shown: the one that is known to be served when it begins to connect, or one written after that. */
export class CertificateTimeline {
  readonly #written: string[] = [];
  #served = 0;

  /** To be called before the certificate is written; `fingerprint` is SHA-256, 64 lower-case hex digits. */
  written(fingerprint: string): void {
    this.#written.push(fingerprint);
  }

  /** To be called when all workers are known to serve it. */
  served(fingerprint: string): void {
    this.#served = this.#written.lastIndexOf(fingerprint);
  }

  /** To be asked when a client begins to connect; the answer says whether what it is shown is right. */
  begin(): (fingerprint: string) => boolean {
    const oldest = this.#served;
    return (fingerprint) => this.#written.lastIndexOf(fingerprint) >= oldest;
  }
}

export interface PageLoadOptions {
  /** Loopback if left out. */
  readonly host?: string;
  readonly port: number;
  readonly hostname: string;
  /** PEM of the root that is trusted. */
  readonly ca: string;
  readonly clients: number;
  readonly timeline: CertificateTimeline;
  /** Milliseconds between a response and the next request, asked for each time. */
  readonly pause: () => number;
  /** Requests after which a client connects anew, so that there are handshakes all the time; 40 if left out. */
  readonly requestsPerConnection?: number;
  /**
   * Whether a client does what browsers do when a kept-alive connection is closed under it (RFC 9112, 9.3.1): where it has been closed in
   * order, by a FIN, and not a byte of the answer has come, the request is sent again on a new connection. Without it that is a failure, as
   * a reset always is.
   */
  readonly resends?: boolean;
}

/** HTTPS clients on kept-alive connections, each of which checks every byte that it gets. */
export class PageLoad {
  served = 0;
  handshakes = 0;
  wrongCertificates = 0;
  /** Requests that were sent again; none of them has failed. */
  resent = 0;
  readonly #options: PageLoadOptions;
  readonly #clients: Clients;

  constructor(options: PageLoadOptions) {
    this.#options = options;
    this.#clients = new Clients({
      count: options.clients,
      pause: options.pause,
      connection: async (stopped) => this.#connection(stopped),
    });
  }

  get failed(): number {
    return this.#clients.failed;
  }

  get reasons(): readonly string[] {
    return this.#clients.reasons;
  }

  /** Resolves when each client has got its last response. */
  async stop(): Promise<void> {
    await this.#clients.stop();
  }

  async #connection(stopped: AbortSignal): Promise<void> {
    const { host = '127.0.0.1', port, hostname, ca, timeline, pause } = this.#options;
    const { requestsPerConnection = 40, resends = false } = this.#options;
    const isRight = timeline.begin();
    const socket = tls.connect({ host, port, servername: hostname, ca });
    // While it waits for its next request nobody else listens; the request then finds out.
    socket.on('error', () => undefined);
    try {
      await once(socket, 'secureConnect');
      this.handshakes += 1;
      this.wrongCertificates += isRight(fingerprintOf(socket)) ? 0 : 1;
      for (let count = 0; count < requestsPerConnection && !stopped.aborted; count += 1) {
        const outcome = await request(socket, hostname);
        if (outcome === 'Unanswered' && count > 0 && resends) {
          this.resent += 1;
          return;
        }
        if (outcome === 'Unanswered') {
          throw new Error(`request ${count} of its connection: closed without an answer`);
        }
        this.served += 1;
        if (outcome === 'Last') {
          return;
        }
        await delay(pause());
      }
    } finally {
      socket.destroy();
    }
  }
}

function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
}

/** How a request went: the right answer came, it came and is the last one of its connection, or the connection was closed in order instead. */
type Outcome = 'Answered' | 'Last' | 'Unanswered';

/** Asks for a random page and checks it. */
async function request(socket: TLSSocket, hostname: string): Promise<Outcome> {
  const path = `/page-${randomInt(1_000_000)}`;
  if (socket.errored !== null) {
    throw new Error('the connection was lost while it was idle', { cause: socket.errored });
  }
  if (socket.readableEnded || socket.destroyed) {
    return 'Unanswered';
  }
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  const expected = page(path);
  const received = await receive(socket, expected.length);
  if (received === null) {
    return 'Unanswered';
  }
  const [head = '', ...body] = received.split('\r\n\r\n');
  if (!head.startsWith('HTTP/1.1 200 ') || body.join('\r\n\r\n') !== expected) {
    throw new Error(`wrong answer to ${path}: ${received.slice(0, 300)}`);
  }
  return /^connection: close$/im.test(head) ? 'Last' : 'Answered';
}

/** A response whose body has that length; null when the connection is closed in order before its first byte. */
async function receive(socket: TLSSocket, bodyLength: number): Promise<string | null> {
  let received = '';
  for (;;) {
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd !== -1 && received.length >= headEnd + 4 + bodyLength) {
      return received;
    }
    const chunk = await nextChunk(socket);
    if (chunk === null && received === '') {
      return null;
    }
    if (chunk === null) {
      throw new Error('the connection was closed before the response was complete');
    }
    received += chunk.toString('latin1');
  }
}

/** Null when the other side has closed the connection in order; rejects when it is lost otherwise. */
async function nextChunk(socket: TLSSocket): Promise<Buffer | null> {
  const ended = new AbortController();
  try {
    const { signal } = ended;
    const [chunk] = (await Promise.race([
      once(socket, 'data', { signal }),
      once(socket, 'close', { signal }),
    ])) as [unknown];
    if (socket.errored !== null) {
      throw socket.errored;
    }
    return Buffer.isBuffer(chunk) ? chunk : null;
  } finally {
    ended.abort();
  }
}

/** What is served under a path: about a kibibyte that is different for each. */
export function page(path: string): string {
  return `${path} ${createHash('sha256').update(path).digest('hex').repeat(16)}`;
}

/** Serves every path its page. */
export async function startPageServer(place?: Place): Promise<TcpServer> {
  return startTcpServer((socket) => {
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
        const body = page(received.split(' ', 2)[1] ?? '');
        received = received.slice(end + 4);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      }
    });
    socket.on('end', () => socket.end());
  }, place);
}
