import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createKeystoreCache } from './keystore-cache.ts';

const RSA = readFileSync(new URL('testdata/rsa.p12', import.meta.url));
const SEVERAL = readFileSync(new URL('testdata/several.p12', import.meta.url));

describe('a cache of keystores', () => {
  it('gives what it gave before for the same bytes, password and alias', () => {
    const read = createKeystoreCache();

    const first = read(RSA, { password: 'nomagic' });

    expect(first.ok).toBe(true);
    expect(read(Buffer.from(RSA), { password: 'nomagic' })).toBe(first);
  });

  it.each([
    ['another password', RSA, { password: 'wrong' }],
    ['another alias', RSA, { password: 'nomagic', alias: 'other' }],
    ['another keystore', SEVERAL, { password: 'nomagic' }],
  ])('reads again for %s', (_, bytes, access) => {
    const read = createKeystoreCache();
    const first = read(RSA, { password: 'nomagic' });

    expect(read(bytes, access)).not.toEqual(first);
  });
});
