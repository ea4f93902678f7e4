import { describe, expect, it } from '@jest/globals';
import { discard } from './discard.ts';

const LARGE = 65_536;

describe('discard', () => {
  it('takes the memory of a large chunk away at once', () => {
    const chunk = Buffer.allocUnsafeSlow(LARGE);

    discard(chunk);

    expect(chunk.length).toBe(0);
    expect(chunk.buffer.byteLength).toBe(0);
  });

  it.each([
    ['a small chunk', Buffer.alloc(100, 'x')],
    ['a part of more', Buffer.alloc(2 * LARGE, 'x').subarray(0, LARGE)],
    ['shared memory', Buffer.from(new SharedArrayBuffer(LARGE)).fill('x')],
  ])('leaves %s alone', (_what, chunk) => {
    const before = chunk.toString('latin1');

    discard(chunk);

    expect(chunk.toString('latin1')).toBe(before);
  });
});
