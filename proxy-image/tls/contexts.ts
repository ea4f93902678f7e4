import { createHash } from 'node:crypto';
import tls from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { LoadedCertificate } from '../config/certificate.ts';
import type { ClientCertificates } from './client-certificates.ts';
import { NameMap } from './names.ts';
import { TLS_POLICY } from './policy.ts';

/** What the handshakes of a frontend have in common. */
export interface ContextSettings {
  /** Name of the frontend: sessions are resumed only there. */
  readonly frontend: string;
  /** The first is served to clients that ask for a name which none covers. */
  readonly certificates: readonly [LoadedCertificate, ...LoadedCertificate[]];
  /** Null where clients are not asked for a certificate. */
  readonly clientCertificates: ClientCertificates | null;
}

/** Contexts by the names that clients ask for; null for the first certificate, which is what the server has by itself. */
export type NamedContexts = NameMap<SecureContext | null>;

export function namedContexts(settings: ContextSettings, ticketKeys: Buffer): NamedContexts {
  const [first] = settings.certificates;
  return new NameMap(
    settings.certificates.map((certificate) => ({
      names: certificate.names,
      value:
        certificate === first
          ? null
          : tls.createSecureContext(contextOptions(certificate, settings, ticketKeys)),
    })),
  );
}

export function contextOptions(
  { chainPem, keyPem }: LoadedCertificate,
  { frontend, clientCertificates }: ContextSettings,
  ticketKeys: Buffer,
): SecureContextOptions {
  return {
    ...TLS_POLICY,
    cert: chainPem,
    key: keyPem,
    ticketKeys,
    sessionIdContext: sessionIdContext(frontend, clientCertificates),
    ...(clientCertificates === null
      ? {}
      : { ca: [...clientCertificates.trust], allowPartialTrustChain: true }),
  };
}

/**
 * What sessions are resumed in, at most 32 bytes. Keys of tickets are the same for all frontends, and a resumed session shows no
 * certificate again: one that was begun at another frontend, or when something else was asked of clients, is not resumed.
 */
function sessionIdContext(frontend: string, clients: ClientCertificates | null): string {
  return createHash('sha256')
    .update(JSON.stringify([frontend, clients === null ? null : [clients.mode, clients.trust]]))
    .digest('hex')
    .slice(0, 32);
}
