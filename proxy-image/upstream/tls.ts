import { isIP } from 'node:net';
import tls from 'node:tls';
import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import type { BackendConfig, ServerConfig, UpstreamTlsConfig } from '../config/types.ts';
import { chainFailure, coverageFailure } from './tls-failures.ts';

/** How connections to the servers of one backend are encrypted and verified. */
export interface TlsPolicy {
  options(server: ServerConfig): ConnectionOptions;
  /** Null when the server at the other end of a finished handshake is who it should be; else what is wrong and what to do. */
  verify(socket: TLSSocket, server: ServerConfig): string | null;
}

export function buildTlsPolicy(config: BackendConfig, trustPems: readonly string[]): TlsPolicy | null {
  const { tls: settings, protocol } = config;
  if (settings === undefined) {
    return null;
  }
  const secureContext = buildContext(settings, trustPems);
  return {
    options: (server) => ({
      secureContext,
      // The handshake is let through here and judged in `verify`, which still has the certificate in hand to say what is wrong with it.
      rejectUnauthorized: false,
      // RFC 6066 section 3: SNI carries host names, never addresses.
      servername: isIP(expectedName(settings, server)) === 0 ? expectedName(settings, server) : '',
      checkServerIdentity: (_host, certificate) =>
        tls.checkServerIdentity(expectedName(settings, server), certificate),
      ...(protocol === 'HTTPS' ? { ALPNProtocols: ['http/1.1'] } : {}),
    }),
    verify: (socket, server) => VERIFY[settings.verify](socket, settings, server),
  };
}

function buildContext(settings: UpstreamTlsConfig, trustPems: readonly string[]): SecureContext {
  return tls.createSecureContext({
    minVersion: 'TLSv1.2',
    // An anchor may be any certificate of a chain, such as the self-signed leaf of a keystore or an intermediate without its root.
    allowPartialTrustChain: true,
    ...(settings.verify === 'Chain' && trustPems.length > 0 ? { ca: [...trustPems] } : {}),
  });
}

/** The name that is asked for and looked for in the certificate; a dot at its end belongs to DNS alone. */
function expectedName(settings: UpstreamTlsConfig, server: ServerConfig): string {
  return (settings.serverName ?? server.host).replace(/\.$/, '');
}

const VERIFY = {
  Chain: verifyChain,
  Pinned: verifyPin,
  None: () => null,
} as const satisfies Record<
  UpstreamTlsConfig['verify'],
  (socket: TLSSocket, settings: UpstreamTlsConfig, server: ServerConfig) => string | null
>;

/** `authorized` is true only when OpenSSL has verified the chain and `checkServerIdentity` has found the name. */
function verifyChain(socket: TLSSocket, settings: UpstreamTlsConfig, server: ServerConfig): string | null {
  if (socket.authorized) {
    return null;
  }
  const code = String(socket.authorizationError);
  const certificate = socket.getPeerX509Certificate();
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID'
    ? coverageFailure(expectedName(settings, server), certificate)
    : chainFailure(code, certificate);
}

function verifyPin(socket: TLSSocket, settings: UpstreamTlsConfig): string | null {
  // A resumed session shows no certificate; it was begun with one that was pinned, or it would not have been kept.
  if (socket.isSessionReused()) {
    return null;
  }
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
  if (fingerprint !== undefined && settings.pinnedSha256.includes(fingerprint)) {
    return null;
  }
  return `its certificate has the SHA-256 fingerprint ${fingerprint ?? '(none)'}, which is not pinned: if that certificate is right, add the fingerprint to the pinned ones`;
}
