import { describe, expect, it } from '@jest/globals';
import { encodeField, encodeStatus } from './encoder.ts';

function field(name: string, value: string): string {
  const source = Buffer.from(name + value, 'latin1');
  const target = Buffer.alloc(source.length + 12);
  const range = { nameStart: 0, nameEnd: name.length, valueStart: name.length, valueEnd: source.length };
  return target.toString('latin1', 0, encodeField(target, 0, source, range));
}

describe('encodeStatus', () => {
  it.each([
    [200, '88'],
    [204, '89'],
    [206, '8a'],
    [304, '8b'],
    [400, '8c'],
    [404, '8d'],
    [500, '8e'],
    [302, '0803333032'],
    [103, '0803313033'],
  ])('%d', (status, expected) => {
    const target = Buffer.alloc(5);

    expect(target.toString('hex', 0, encodeStatus(target, 0, status))).toBe(expected);
  });
});

describe('encodeField', () => {
  it('gives a name of the static table by its index', () => {
    expect(field('Age', '7')).toBe('\x0f\x06\x017');
    expect(field('content-TYPE', 'text/html')).toBe('\x0f\x10\x09text/html');
  });

  it('writes any other name out, in lower case (RFC 9113 section 8.2)', () => {
    expect(field('X-Abc_1', 'V')).toBe('\x00\x07x-abc_1\x01V');
  });

  it('writes lengths that need several bytes (RFC 7541 section 5.1)', () => {
    expect(field('x', 'v'.repeat(127))).toBe(`\x00\x01x\x7f\x00${'v'.repeat(127)}`);
    expect(field('x', 'v'.repeat(1_337))).toBe(`\x00\x01x\x7f\xba\x09${'v'.repeat(1_337)}`);
  });
});
