import { describe, expect, it } from '@jest/globals';
import { readKeystore } from './keystore.ts';
import { failure, fixture } from './testdata/fixtures.ts';

describe('a keystore that cannot be read', () => {
  it.each([
    'rsa.p12',
    'rsa-legacy.p12',
    'several.p12',
    'openssl-umlauts.p12',
    'openssl-empty-password.p12',
    'no-key.p12',
    'chain.jks',
    'several.jks',
    'no-key.jks',
  ])('%s says that the password is wrong', (file) => {
    const result = failure(readKeystore(fixture(file), { password: 'not the password' }));

    expect(result).toEqual({
      ok: false,
      reason: 'WrongPassword',
      message: 'the password does not open the keystore; give the one that it was saved with',
    });
  });

  it.each([
    ['openssl-no-mac.p12', 'not the password'],
    ['key-password.jks', 'changeit'],
  ])('%s says that the password is wrong when only the key shows it', (file, password) => {
    const result = failure(readKeystore(fixture(file), { password }));

    expect(result).toEqual({
      ok: false,
      reason: 'WrongPassword',
      message:
        'the password does not decrypt the private key; give the one that the keystore was saved with, and no other for the key',
    });
  });

  it('says that the password is wrong when an empty one is given', () => {
    const result = failure(readKeystore(fixture('rsa.p12'), { password: '' }));

    expect(result.reason).toBe('WrongPassword');
  });

  it.each([
    // In the last quarter stands the digest that the integrity check compares.
    ['rsa.p12', 40],
    ['keystore.jks', 10],
  ])('%s tells altered bytes from a wrong password', (file, fromEnd) => {
    const bytes = fixture(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - fromEnd) ^ 1, bytes.length - fromEnd);

    const result = failure(readKeystore(bytes, { password: 'nomagic' }));

    expect(result).toEqual({
      ok: false,
      reason: 'DamagedKeystore',
      message: 'the keystore is cut off or altered; copy it again in binary form, or make it again',
    });
  });

  it.each([
    {
      what: 'JCEKS',
      bytes: fixture('keystore.jceks'),
      reason: 'UnsupportedKeystore',
      message:
        'this is a JCEKS keystore, and PKCS#12 or JKS is needed; convert it with: keytool -importkeystore -srckeystore keystore.jceks -srcstoretype JCEKS -destkeystore keystore.p12 -deststoretype PKCS12',
    },
    {
      what: 'nothing',
      bytes: Buffer.alloc(0),
      reason: 'NotAKeystore',
      message: 'this is neither a PKCS#12 nor a JKS keystore: it is empty; give the file that keytool made',
    },
    {
      what: 'PEM',
      bytes: Buffer.from('-----BEGIN CERTIFICATE-----\n'),
      reason: 'NotAKeystore',
      message:
        'this is neither a PKCS#12 nor a JKS keystore: it is PEM; give it as a Secret of type kubernetes.io/tls instead',
    },
    {
      what: 'a keystore encoded twice',
      bytes: Buffer.from(fixture('rsa.p12').toString('base64')),
      reason: 'NotAKeystore',
      message:
        'this is neither a PKCS#12 nor a JKS keystore: it is base64 text; the value was encoded twice, encode it once',
    },
    {
      what: 'other bytes',
      bytes: Buffer.from('PK\u0003\u0004'),
      reason: 'NotAKeystore',
      message:
        'this is neither a PKCS#12 nor a JKS keystore: give the file that keytool made, in binary form',
    },
  ])('says what is there instead: $what', ({ bytes, reason, message }) => {
    const result = failure(readKeystore(bytes, { password: 'nomagic' }));

    expect(result).toEqual({ ok: false, reason, message });
  });

  it.each([
    {
      file: 'no-key.p12',
      password: 'changeit',
      reason: 'NoPrivateKey',
      message:
        "the keystore has no private key (it holds example-root); give the server's keystore, not a trust store",
    },
    {
      file: 'no-key.jks',
      password: 'changeit',
      reason: 'NoPrivateKey',
      message:
        "the keystore has no private key (it holds example-root); give the server's keystore, not a trust store",
    },
    {
      file: 'dsa.p12',
      password: 'nomagic',
      reason: 'UnsupportedKey',
      message:
        'TLS has no use for a key of the kind dsa; make one with keytool -genkeypair -keyalg RSA (or EC)',
    },
  ])('$file: $reason', ({ file, password, reason, message }) => {
    const result = failure(readKeystore(fixture(file), { password }));

    expect(result).toEqual({ ok: false, reason, message });
  });

  it('is refused when TLS would refuse its key, so that the proxy need not', () => {
    const result = failure(readKeystore(fixture('rsa-1024.p12'), { password: 'nomagic' }));

    expect(result).toMatchObject({
      reason: 'UnusableCertificate',
      message: expect.stringContaining('key too small'),
    });
  });

  it.each([
    { file: 'ec-p256.p12', password: 'nomagic' },
    { file: 'rsa-legacy.p12', password: 'nomagic' },
    { file: 'several.p12', password: 'changeit' },
    { file: 'openssl-no-mac.p12', password: 'changeit' },
    { file: 'openssl-plain.p12', password: '' },
    { file: 'several.jks', password: 'changeit' },
  ])('$file is refused at whatever byte it is cut', ({ file, password }) => {
    const bytes = fixture(file);
    const lengths = Array.from({ length: bytes.length }, (_, length) => length);

    const reasons = new Set(
      lengths.map((length) => failure(readKeystore(bytes.subarray(0, length), { password })).reason),
    );

    expect([...reasons].sort()).toEqual(['DamagedKeystore', 'NotAKeystore']);
  });

  it.each(['openssl-no-mac.p12', 'several.jks'])('%s never throws, whatever byte is altered', (file) => {
    const bytes = fixture(file);
    const altered = Array.from({ length: Math.floor(bytes.length / 3) }, (_, step) => {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(step * 3) ^ 0x55, step * 3);
      return copy;
    });

    const results = altered.map((copy) => readKeystore(copy, { password: 'changeit' }).ok);

    expect(results).toContain(false);
  });

  it('is refused, and not computed, when it asks for more iterations than anybody needs', () => {
    const bytes = fixture('rsa.p12');
    // The integrity check's iterations are the last three bytes: INTEGER of two bytes, 10000.
    expect(bytes.subarray(-4).toString('hex')).toBe('02022710');
    const greedy = Buffer.concat([bytes.subarray(0, -4), Buffer.from('02047fffffff', 'hex')]);
    growLengths(greedy, 2);

    const result = failure(readKeystore(greedy, { password: 'nomagic' }));

    expect(result).toEqual({
      ok: false,
      reason: 'UnsupportedKeystore',
      message:
        'the keystore asks for 2147483647 iterations of key derivation; make it again with 1 to 1000000',
    });
  });
});

/** Corrects the lengths of the file and of its last element, after that has grown by some bytes. */
function growLengths(file: Buffer, growth: number): void {
  file.writeUInt16BE(file.readUInt16BE(2) + growth, 2);
  const macLength = 11 + file.readUInt16BE(9) + 1;
  file.writeUInt8(file.readUInt8(macLength) + growth, macLength);
}
