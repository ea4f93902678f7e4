import { makeAuthority, issue } from '../../support/certificates.ts';
import type { Authority } from '../../support/certificates.ts';
import { writeKeystore } from '../../../operator/certificates/pkcs12/write.ts';

export const HOSTNAME = 'twc.example.com';
export const PASSWORD = 'a password';

/** A new certificate for the host name, as a keystore, and its fingerprint as TLS clients show it. */
export function makeKeystore(authority: Authority): Buffer {
  const { fullChainPem, keyPem } = issue(authority, { commonName: HOSTNAME, dns: [HOSTNAME] });
  return writeKeystore({ alias: 'teamworkcloud', password: PASSWORD, chainPem: fullChainPem, keyPem });
}

export function makeSiteAuthority(): Authority {
  return makeAuthority({ name: 'test authority' });
}
