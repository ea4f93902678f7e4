import { describe, expect, it } from '@jest/globals';
import { MAX_WINDOW, ReceiveWindow, SendWindow } from './flow.ts';

describe('SendWindow', () => {
  it('may become negative, and grows from there (RFC 9113 section 6.9.2)', () => {
    const window = new SendWindow(100);

    window.take(80);
    window.grow(-50);

    expect(window.available).toBe(-30);
    expect(window.grow(40)).toBe(true);
    expect(window.available).toBe(10);
  });

  it('must not grow beyond 2^31 - 1 (RFC 9113 section 6.9.1)', () => {
    expect(new SendWindow(1).grow(MAX_WINDOW - 1)).toBe(true);
    expect(new SendWindow(1).grow(MAX_WINDOW)).toBe(false);
  });
});

describe('ReceiveWindow', () => {
  it('lets the peer send as much as it was given', () => {
    const window = new ReceiveWindow(100, 25);

    expect(window.take(100)).toBe(true);
    expect(window.exhausted).toBe(true);
    expect(window.take(1)).toBe(false);
  });

  it('gives back in portions', () => {
    const window = new ReceiveWindow(100, 25);
    window.take(60);

    expect([10, 10, 10, 0, 30].map((bytes) => window.give(bytes))).toEqual([0, 0, 30, 0, 30]);
    expect(window.take(100)).toBe(true);
    expect(window.take(1)).toBe(false);
  });
});
