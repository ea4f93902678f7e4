import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../../test/support/certificates.ts';
import type { IssuedKeyType } from '../../../test/support/certificates.ts';
import { readKeystore } from '../keystore.ts';
import { failure, success } from '../testdata/fixtures.ts';
import { writeKeystore } from './write.ts';

const root = makeAuthority({ name: 'root' });
const intermediate = makeAuthority({ name: 'intermediate', issuer: root });

describe('writeKeystore', () => {
  it.each<IssuedKeyType>(['RSA-2048', 'EC-P-256', 'EC-P-384', 'Ed25519'])(
    'writes a key of type %s that is read back',
    (keyType) => {
      const { keyPem, fullChainPem: chainPem } = issue(intermediate, { commonName: 'x', keyType });

      const bytes = writeKeystore({ alias: 'teamworkcloud', password: 'pässwörd', keyPem, chainPem });

      const { material, findings } = success(
        readKeystore(bytes, { password: 'pässwörd', alias: 'teamworkcloud' }),
      );
      expect(material).toMatchObject({ keyPem, chainPem });
      expect(findings).toEqual([]);
    },
  );

  it('writes what OpenSSL reads', () => {
    const { keyPem, fullChainPem: chainPem } = issue(intermediate, { commonName: 'x', keyType: 'RSA-2048' });

    const pfx = writeKeystore({ alias: 'teamworkcloud', password: 'changeit', keyPem, chainPem });

    expect(() => createSecureContext({ pfx, passphrase: 'changeit' })).not.toThrow();
    expect(() => createSecureContext({ pfx, passphrase: 'other' })).toThrow('mac verify failure');
  });

  it('keeps the key from those who do not have the password', () => {
    const { keyPem, chainPem } = issue(root, { commonName: 'x' });

    const bytes = writeKeystore({ alias: 'teamworkcloud', password: 'changeit', keyPem, chainPem });

    expect(failure(readKeystore(bytes, { password: 'other' })).reason).toBe('WrongPassword');
    const { d = '' } = createPrivateKey(keyPem).export({ format: 'jwk' });
    expect(d).toHaveLength(43);
    expect(bytes.includes(Buffer.from(d, 'base64url'))).toBe(false);
  });

  it('refuses a pair that does not match', () => {
    const { keyPem } = issue(root, { commonName: 'x' });
    const { chainPem } = issue(root, { commonName: 'y' });

    expect(() => writeKeystore({ alias: 'a', password: 'changeit', keyPem, chainPem })).toThrow(
      "can't write a keystore: the private key belongs to none of the certificates",
    );
  });
});
