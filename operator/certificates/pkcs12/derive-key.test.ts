import { describe, expect, it } from '@jest/globals';
import forge from 'node-forge';
import { bmpPassword, deriveKey, KEY_PURPOSE } from './derive-key.ts';

describe('deriveKey', () => {
  it.each([
    {
      hash: 'sha1',
      password: 'smeg',
      salt: '0a58cf64530d823f',
      iterations: 1,
      purpose: 'encryption',
      length: 24,
    },
    {
      hash: 'sha1',
      password: 'smeg',
      salt: '0a58cf64530d823f',
      iterations: 1,
      purpose: 'initialVector',
      length: 8,
    },
    {
      hash: 'sha256',
      password: 'pässwörd€',
      salt: '00'.repeat(20),
      iterations: 7,
      purpose: 'integrity',
      length: 32,
    },
    {
      hash: 'sha384',
      password: 'x'.repeat(200),
      salt: 'ff'.repeat(130),
      iterations: 3,
      purpose: 'integrity',
      length: 48,
    },
    { hash: 'sha512', password: '', salt: '01', iterations: 2, purpose: 'integrity', length: 64 },
    { hash: 'sha1', password: 'a', salt: 'ff'.repeat(64), iterations: 2, purpose: 'encryption', length: 100 },
  ] as const)('derives $length bytes with $hash as another implementation does', (example) => {
    const { hash, password, iterations, length } = example;
    const salt = Buffer.from(example.salt, 'hex');
    const purpose = KEY_PURPOSE[example.purpose];
    const theirs = forge.pkcs12.generateKey(
      password,
      forge.util.createBuffer(salt.toString('latin1')),
      purpose,
      iterations,
      length,
      forge.md[hash].create(),
    );

    const ours = deriveKey({ hash, password: bmpPassword(password), salt, iterations, purpose, length });

    expect(ours.toString('hex')).toBe(theirs.toHex());
  });

  it('agrees with the vector that implementations of RFC 7292 are tested with', () => {
    const salt = Buffer.from('0a58cf64530d823f', 'hex');

    const key = deriveKey({
      hash: 'sha1',
      password: bmpPassword('smeg'),
      salt,
      iterations: 1,
      purpose: KEY_PURPOSE.encryption,
      length: 24,
    });

    expect(key.toString('hex')).toBe('8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3');
  });

  it.each([0, 1_000_001])('refuses %i iterations', (iterations) => {
    const input = {
      hash: 'sha1',
      password: bmpPassword('a'),
      salt: Buffer.alloc(8),
      iterations,
      purpose: KEY_PURPOSE.integrity,
      length: 20,
    };

    expect(() => deriveKey(input)).toThrow(`the keystore asks for ${iterations} iterations`);
  });
});
