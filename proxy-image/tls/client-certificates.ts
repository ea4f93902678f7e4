import type { TLSSocket } from 'node:tls';
import type { ClientCertificateMode } from '../config/types.ts';

/** What a frontend asks of its clients' certificates. */
export interface ClientCertificates {
  readonly mode: ClientCertificateMode;
  /** PEM certificates that those of clients have to lead to, at least one. */
  readonly trust: readonly string[];
  /** True where servers are told of the certificate. */
  readonly told: boolean;
}

/** What was found out about the certificate of one client; `certificate` is DER in base64, null without one. */
export type ClientVerdict =
  | { readonly accepted: true; readonly certificate: string | null }
  | { readonly accepted: false; readonly reason: string };

/**
 * Judges a client whose handshake is done. A resumed session shows no certificate again: the one that it began with is known from its
 * ticket, and Node calls a session without any authorized, so that the certificate is looked at besides.
 */
export function judgeClient(socket: TLSSocket, { mode }: ClientCertificates): ClientVerdict {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return mode === 'Optional'
      ? { accepted: true, certificate: null }
      : { accepted: false, reason: 'the client shows no certificate' };
  }
  return socket.authorized
    ? { accepted: true, certificate: certificate.raw.toString('base64') }
    : {
        accepted: false,
        reason: `the client's certificate is not accepted (${String(socket.authorizationError)})`,
      };
}
