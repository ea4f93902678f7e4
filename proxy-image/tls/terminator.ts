import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { AcceptedConnection, ClientTls } from '../listener/types.ts';
import { judgeClient } from './client-certificates.ts';
import { contextOptions, namedContexts } from './contexts.ts';
import type { ContextSettings, NamedContexts } from './contexts.ts';
import { OverheadWatch } from './overhead.ts';

export interface TerminatorOptions extends ContextSettings {
  /** 48 bytes, the same in every worker and across reloads, so that sessions can be resumed everywhere. */
  readonly ticketKeys: Buffer;
  /** Application protocols that are offered; empty when they are none of our business. */
  readonly alpn: readonly string[];
  /** Milliseconds. */
  readonly handshakeTimeout: number;
}

export type Termination =
  | { readonly ok: true; readonly socket: TLSSocket; readonly tls: ClientTls }
  /** `silent`: not a byte came, as when a load balancer looks whether the port is open. */
  | { readonly ok: false; readonly reason: string; readonly silent: boolean };

interface Handshake {
  readonly settle: (termination: Termination) => void;
  reason: string;
}

/** Ends TLS with the certificates of one generation of a frontend. */
export class TlsTerminator {
  readonly #options: TerminatorOptions;
  readonly #server: tls.Server;
  /** Null where there is one certificate for all names. */
  #contexts: NamedContexts | null;
  /** By both ends of the connection: Node does not tell which connection a TLS socket came from. */
  readonly #handshakes = new Map<string, Handshake>();
  readonly #overhead = new OverheadWatch();

  /** @throws if OpenSSL does not take a certificate or its key */
  constructor(options: TerminatorOptions) {
    const { certificates, alpn, handshakeTimeout, clientCertificates, ticketKeys } = options;
    this.#options = options;
    this.#contexts = contextsFor(options, ticketKeys);
    this.#server = tls.createServer({
      ...contextOptions(certificates[0], options, ticketKeys),
      handshakeTimeout,
      // A certificate that is not accepted is let through here and judged below, where it can be said what is wrong with it.
      ...(clientCertificates === null ? {} : { requestCert: true, rejectUnauthorized: false }),
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
      ...(this.#contexts === null ? {} : { SNICallback: this.#selectContext }),
    });
    this.#server.on('secureConnection', (socket) => this.#shaken(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      const handshake = this.#handshakes.get(ends(socket));
      if (handshake !== undefined) {
        handshake.reason = describe(error);
      }
      // Node leaves a connection open whose handshake took too long.
      socket.destroy();
    });
  }

  /** From now on tickets are made with these keys, and those made with others are not taken any more. */
  setTicketKeys(keys: Buffer): void {
    this.#server.setTicketKeys(keys);
    this.#contexts = contextsFor(this.#options, keys);
  }

  /**
   * Does the handshake. Never rejects; a connection whose handshake fails has been closed. One that is reset later, for what its client does
   * to TLS itself, is told to `abused`.
   */
  async terminate(connection: AcceptedConnection, abused: (reason: string) => void): Promise<Termination> {
    const { socket } = connection;
    const key = ends(socket);
    // What an earlier stage has read is none of the handshake's.
    const before = socket.bytesRead - socket.readableLength;
    return new Promise((resolve) => {
      const failed = (): void => {
        settle({ ok: false, reason: handshake.reason, silent: socket.bytesRead === before });
      };
      const settle = (termination: Termination): void => {
        this.#handshakes.delete(key);
        socket.off('close', failed);
        if (termination.ok) {
          this.#watch(termination.socket, socket, () => {
            abused('the client sends messages of TLS and no data');
            connection.reset();
          });
        }
        resolve(termination);
      };
      const handshake: Handshake = { settle, reason: 'the client went away during the TLS handshake' };
      this.#handshakes.set(key, handshake);
      socket.once('close', failed);
      // Taken over by the TLS socket: whoever sends nothing more can't complete the handshake.
      socket.allowHalfOpen = false;
      this.#server.emit('connection', socket);
    });
  }

  #watch(socket: TLSSocket, transport: Socket, flooded: () => void): void {
    socket.once('close', this.#overhead.add(transport, socket, flooded));
  }

  readonly #selectContext: SniCallback = (name, answer) => {
    answer(null, this.#contexts?.find(name) ?? undefined);
  };

  #shaken(socket: TLSSocket): void {
    const { clientCertificates } = this.#options;
    const handshake = this.#handshakes.get(ends(socket));
    // An error that nobody listens for would end the process.
    socket.on('error', ignore);
    socket.allowHalfOpen = true;
    if (clientCertificates === null) {
      handshake?.settle(terminated(socket, null));
      return;
    }
    const verdict = judgeClient(socket, clientCertificates);
    if (verdict.accepted) {
      handshake?.settle(terminated(socket, clientCertificates.told ? verdict.certificate : null));
      return;
    }
    if (handshake !== undefined) {
      handshake.reason = verdict.reason;
    }
    socket.destroy();
  }
}

function terminated(socket: TLSSocket, clientCertificate: string | null): Termination {
  const { servername } = socket;
  const details: ClientTls = {
    serverName: typeof servername === 'string' ? servername.toLowerCase() : null,
    application: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    clientCertificate,
  };
  return { ok: true, socket, tls: details };
}

function ignore(): void {}

type SniCallback = NonNullable<tls.TlsOptions['SNICallback']>;

function contextsFor(options: TerminatorOptions, ticketKeys: Buffer): NamedContexts | null {
  return options.certificates.length === 1 ? null : namedContexts(options, ticketKeys);
}

function ends(socket: Socket): string {
  return `${socket.localAddress} ${socket.remoteAddress} ${socket.remotePort}`;
}

function describe(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return 'the TLS handshake took too long';
    case 'ECONNRESET':
      return 'the client went away during the TLS handshake';
    case 'ERR_SSL_HTTP_REQUEST':
      return 'the client speaks HTTP without TLS';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return 'the client does not speak TLS';
    default:
      return `the TLS handshake failed (${code || error.message})`;
  }
}
