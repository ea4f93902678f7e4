import { describe, expect, it } from '@jest/globals';
import { bytes, milliseconds } from './units.ts';

describe('milliseconds', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['1m500ms', 60_500],
  ])('%s is %d', (duration, expected) => {
    expect(milliseconds(duration)).toBe(expected);
  });
});

describe('bytes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['64Ki', 65_536],
    ['100Mi', 104_857_600],
    ['1Gi', 1_073_741_824],
  ])('%s is %d', (size, expected) => {
    expect(bytes(size)).toBe(expected);
  });
});
