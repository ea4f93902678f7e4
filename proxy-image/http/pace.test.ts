import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.ts';

const RATE = { bytesPerSecond: 100, tolerance: 10_000 };
const TICK = 250;

interface Client {
  /** Bytes that it moves in a second, each second. */
  readonly pace: (second: number) => number;
  readonly waits?: number;
  /** In which seconds it is not waited for. */
  readonly rests?: (second: number) => boolean;
}

/** How many seconds after the first look it is found to be too slow; null for never in an hour. */
function cutOff({ pace, waits, rests = () => false }: Client): number | null {
  const client = new Pace();
  let moved = 0;
  for (let now = TICK; now <= 3_600_000; now += TICK) {
    const second = Math.floor(now / 1_000);
    moved += (pace(second) * TICK) / 1_000;
    if (rests(second)) {
      client.rest();
    } else if (client.isTooSlow(RATE, now, moved, waits)) {
      return (now - TICK) / 1_000;
    }
  }
  return null;
}

describe('a client', () => {
  it.each([
    ['that stands still, after the tolerance', () => 0, 10],
    ['at half the rate, after twice as long', () => 50, 20],
    ['at nine tenths of it, after ten times as long', () => 90, 100],
    ['at the rate, never', () => 100, null],
    [
      'that does a second’s work in one of two seconds, after twice as long',
      (second: number) => (second % 2) * 100,
      20,
    ],
    ['that makes up for what it has missed, never', (second: number) => (second % 9 === 8 ? 900 : 0), null],
    [
      'that was fast before it stands still, no later than any other',
      (second: number) => (second < 60 ? 1e9 : 0),
      69.5,
    ],
  ])('%s', (_what, pace, expected) => {
    expect(cutOff({ pace })).toBe(expected);
  });

  it('that is not waited for meanwhile has the whole tolerance again', () => {
    expect(cutOff({ pace: () => 0, rests: (second) => second === 9 })).toBe(19.75);
    expect(cutOff({ pace: () => 0, rests: (second) => second % 9 === 0 })).toBeNull();
  });

  it('with several requests owes the rate to each', () => {
    expect(cutOff({ pace: () => 299, waits: 3 })).not.toBeNull();
    expect(cutOff({ pace: () => 300, waits: 3 })).toBeNull();
  });

  it('is not blamed for what happened while the proxy stood still', () => {
    const client = new Pace();
    client.isTooSlow(RATE, TICK, 0);

    expect(client.isTooSlow(RATE, 3_600_000, 0)).toBe(false);
  });

  it('that begins anew with its next request is not blamed for the bytes of the last one', () => {
    const client = new Pace();
    client.isTooSlow(RATE, TICK, 1e6);
    client.rest();

    expect([1, 2, 3].map((at) => client.isTooSlow(RATE, (1 + at) * TICK, at * 25))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
