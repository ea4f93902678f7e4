import { describe, expect, it } from '@jest/globals';
import { decodeSecret } from './secrets.ts';

function decode(fields: object) {
  return decodeSecret({
    file: 'secret.yaml',
    document: 1,
    value: { apiVersion: 'v1', kind: 'Secret', ...fields },
  });
}

function text(result: ReturnType<typeof decode>): Record<string, string> | null {
  return result.ok
    ? Object.fromEntries([...result.data].map(([key, value]) => [key, value.toString('utf8')]))
    : null;
}

describe('decodeSecret', () => {
  it('decodes data, and takes stringData as it is', () => {
    const result = decode({ data: { a: 'aGVsbG8=' }, stringData: { b: 'wörld' } });

    expect(text(result)).toEqual({ a: 'hello', b: 'wörld' });
  });

  it('lets stringData win where both have a key', () => {
    const result = decode({ data: { a: 'aGVsbG8=' }, stringData: { a: 'other' } });

    expect(text(result)).toEqual({ a: 'other' });
  });

  it('takes base64 in several lines, as the base64 program prints it', () => {
    const result = decode({ data: { a: 'aGVs\nbG8=\n' } });

    expect(text(result)).toEqual({ a: 'hello' });
  });

  it('is empty without data', () => {
    expect(text(decode({ data: null }))).toEqual({});
  });

  it.each([
    [{ data: { a: 'not base64!' } }, 'data[a]', /is not base64/],
    [{ data: { a: 'aGVsbG8' } }, 'data[a]', /is not base64/],
    [
      { stringData: { password: 12_345 } },
      'stringData[password]',
      /must be a string, not number; put it in quotes/,
    ],
    [{ stringData: { password: null } }, 'stringData[password]', /must be a string, not null/],
    [{ data: ['a'] }, 'data', /must be a mapping/],
  ])('refuses %j', (fields, path, message) => {
    const result = decode(fields);

    expect(result).toEqual({
      ok: false,
      errors: [{ file: 'secret.yaml', document: 1, path, message: expect.stringMatching(message) }],
    });
  });
});
