import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls';
import type { LoadedCertificate } from '../config/certificate.ts';
import type { AcceptedConnection, ClientTls } from '../listener/types.ts';
import { NameMap } from './names.ts';
import { TLS_POLICY } from './policy.ts';

export interface TerminatorOptions {
  /** Name of the frontend: sessions are resumed only there. */
  readonly frontend: string;
  /** The first is served to clients that ask for a name which none covers. */
  readonly certificates: readonly [LoadedCertificate, ...LoadedCertificate[]];
  /** 48 bytes, the same in every worker and across reloads, so that sessions can be resumed everywhere. */
  readonly ticketKeys: Buffer;
  /** PEM certificates that clients' certificates have to lead to; empty: clients are not asked for one. */
  readonly clientTrust: readonly string[];
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
  readonly #server: tls.Server;
  /** By both ends of the connection: Node does not tell which connection a TLS socket came from. */
  readonly #handshakes = new Map<string, Handshake>();

  /** @throws if OpenSSL does not take a certificate or its key */
  constructor(options: TerminatorOptions) {
    const { certificates, alpn, handshakeTimeout, clientTrust } = options;
    const asks = clientTrust.length > 0;
    this.#server = tls.createServer({
      ...contextOptions(certificates[0], options),
      handshakeTimeout,
      // A certificate that is not accepted is let through here and judged below, where it can be said what is wrong with it.
      ...(asks ? { requestCert: true, rejectUnauthorized: false } : {}),
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
      ...(certificates.length === 1 ? {} : { SNICallback: selectByName(options) }),
    });
    this.#server.on('secureConnection', (socket) => {
      const handshake = this.#handshakes.get(ends(socket));
      // An error that nobody listens for would end the process.
      socket.on('error', () => undefined);
      if (asks && !socket.authorized) {
        if (handshake !== undefined) {
          handshake.reason = unauthorized(socket);
        }
        socket.destroy();
        return;
      }
      handshake?.settle(terminated(socket));
    });
    this.#server.on('tlsClientError', (error, socket) => {
      const handshake = this.#handshakes.get(ends(socket));
      if (handshake !== undefined) {
        handshake.reason = describe(error);
      }
      // Node leaves a connection open whose handshake took too long.
      socket.destroy();
    });
  }

  /** Does the handshake. Never rejects; a connection whose handshake fails has been closed. */
  async terminate({ socket }: AcceptedConnection): Promise<Termination> {
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
        resolve(termination);
      };
      const handshake: Handshake = { settle, reason: 'the client went away during the TLS handshake' };
      this.#handshakes.set(key, handshake);
      socket.once('close', failed);
      this.#server.emit('connection', socket);
    });
  }
}

function terminated(socket: TLSSocket): Termination {
  const { servername } = socket;
  const details: ClientTls = {
    serverName: typeof servername === 'string' ? servername.toLowerCase() : null,
    protocol: socket.getProtocol() ?? 'unknown',
    application: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    cipher: socket.getCipher().standardName,
  };
  return { ok: true, socket, tls: details };
}

type SniCallback = NonNullable<tls.TlsOptions['SNICallback']>;

function selectByName(options: TerminatorOptions): SniCallback {
  const contexts = new NameMap<SecureContext>(
    options.certificates.map((certificate) => ({
      names: certificate.names,
      value: tls.createSecureContext(contextOptions(certificate, options)),
    })),
  );
  return (name, answer) => answer(null, contexts.find(name));
}

function contextOptions(
  { chainPem, keyPem }: LoadedCertificate,
  { frontend, ticketKeys, clientTrust }: TerminatorOptions,
): SecureContextOptions {
  return {
    ...TLS_POLICY,
    cert: chainPem,
    key: keyPem,
    ticketKeys,
    sessionIdContext: sessionIdContext(frontend, clientTrust),
    ...(clientTrust.length === 0 ? {} : { ca: [...clientTrust], allowPartialTrustChain: true }),
  };
}

/**
 * What sessions are resumed in, at most 32 bytes. A resumed session shows no certificate again, so that one which was begun when others
 * were trusted is not resumed.
 */
function sessionIdContext(frontend: string, clientTrust: readonly string[]): string {
  return clientTrust.length === 0
    ? frontend.slice(0, 32)
    : createHash('sha256')
        .update(JSON.stringify([frontend, clientTrust]))
        .digest('hex')
        .slice(0, 32);
}

function unauthorized(socket: TLSSocket): string {
  return socket.getPeerX509Certificate() === undefined && !socket.isSessionReused()
    ? 'the client shows no certificate'
    : `the client's certificate is not accepted (${String(socket.authorizationError)})`;
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
