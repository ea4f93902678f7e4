import type { X509Certificate } from 'node:crypto';

/** Says that a certificate is good but not for the name that was asked for. */
export function coverageFailure(name: string, certificate: X509Certificate | undefined): string {
  const covered = certificate === undefined ? [] : coveredNames(certificate);
  const list = covered.length === 0 ? 'it names none' : `it covers ${covered.join(', ')}`;
  return `its certificate does not cover ${name}, ${list}: set the backend's serverName to a name that it covers`;
}

/** Says why a chain was not believed; `code` is OpenSSL's or Node's name for it. */
export function chainFailure(code: string, certificate: X509Certificate | undefined): string {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `its certificate (${oneLine(certificate?.subject)}, issued by ${oneLine(certificate?.issuer)}) leads to no trusted certificate: add the issuer to the backend's trust (${code})`;
    case 'CERT_HAS_EXPIRED':
      return `its certificate, or one above it, has expired (${validity(certificate)}): renew it on the server`;
    case 'CERT_NOT_YET_VALID':
      return `its certificate, or one above it, is not valid yet (${validity(certificate)}): check the clocks`;
    default:
      return `its certificate was not accepted (${code})`;
  }
}

/** Says why a handshake broke off; null for an error that is not of TLS. */
export function handshakeFailure(code: string): string | null {
  switch (code) {
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_RECORD_LAYER_FAILURE':
    case 'ERR_SSL_HTTP_REQUEST':
      return `it does not speak TLS on this port: check the port, or use the backend protocol without TLS (${code})`;
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
      return `it offers no TLS version from 1.2 on: enable TLS 1.2 on the server (${code})`;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
      return `it asks for a client certificate, which the proxy does not have (${code})`;
    default:
      return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? `the TLS handshake failed (${code})` : null;
  }
}

/** The DNS names and addresses of a certificate: those of its subject alternative names, else its common name. */
function coveredNames(certificate: X509Certificate): readonly string[] {
  const alternatives = certificate.subjectAltName?.split(', ').flatMap((entry) => {
    const match = /^(?:DNS|IP Address):(.+)$/.exec(entry);
    return match?.[1] === undefined ? [] : [match[1]];
  });
  if (alternatives !== undefined && alternatives.length > 0) {
    return alternatives;
  }
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  return commonName === undefined ? [] : [commonName];
}

function validity(certificate: X509Certificate | undefined): string {
  return certificate === undefined
    ? 'no certificate'
    : `from ${certificate.validFrom} to ${certificate.validTo}`;
}

function oneLine(name: string | undefined): string {
  return name?.replaceAll('\n', ', ') ?? 'no certificate';
}
