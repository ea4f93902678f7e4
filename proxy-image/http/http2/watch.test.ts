import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Outbox } from './outbox.ts';
import { Watch } from './watch.ts';

const WAITS = { header: 10_000, keepAlive: 60_000 };

/** A watch that began at 0, and what it has sent. */
function newWatch({ acknowledged = true } = {}) {
  const outbox = new Outbox(new PassThrough() as unknown as Socket, () => undefined);
  const watch = new Watch(outbox, 0);
  if (acknowledged) {
    watch.heard(0, false, true);
    watch.acknowledged();
  }
  return { watch, sent: () => outbox.frames.length };
}

describe('Watch', () => {
  it.each([
    ['the beginning', false, 'HeaderTimeout'],
    ['nothing, when settings are acknowledged', true, null],
  ])('waits for %s', (_what, acknowledged, expected) => {
    const { watch } = newWatch({ acknowledged });

    expect(watch.check(9_999, 0, WAITS)).toBeNull();
    expect(watch.check(10_000, 0, WAITS)).toBe(expected);
  });

  it('waits for settings to be acknowledged', () => {
    const { watch } = newWatch({ acknowledged: false });

    watch.heard(1, false, true);

    expect(watch.check(10_000, 1, WAITS)).toBe('SettingsTimeout');
  });

  it('waits for the rest of what has begun, from its beginning on', () => {
    const { watch } = newWatch();

    watch.heard(5_000, true, false);
    watch.heard(14_000, true, false);

    expect(watch.check(14_999, 1, WAITS)).toBeNull();
    expect(watch.check(15_000, 1, WAITS)).toBe('HeaderTimeout');
  });

  it('waits anew when something was completed', () => {
    const { watch } = newWatch();

    watch.heard(5_000, true, false);
    watch.heard(14_000, true, true);

    expect(watch.check(23_999, 1, WAITS)).toBeNull();
    expect(watch.check(24_000, 1, WAITS)).toBe('HeaderTimeout');
  });

  it('waits for the next request, from the end of the last one on', () => {
    const { watch } = newWatch();

    watch.check(20_000, 1, WAITS);

    expect(watch.check(79_999, 0, WAITS)).toBeNull();
    expect(watch.check(80_000, 0, WAITS)).toBe('Idle');
  });

  it('asks a silent client with open streams once whether it is there, and gives it up when there is no answer', () => {
    const { watch, sent } = newWatch();

    const early = [watch.check(29_999, 1, WAITS), sent()];
    const asked = [watch.check(30_000, 1, WAITS), sent(), watch.check(31_000, 1, WAITS), sent()];

    expect(early).toEqual([null, 0]);
    expect(asked).toEqual([null, 17, null, 17]);
    expect(watch.check(44_999, 1, WAITS)).toBeNull();
    expect(watch.check(45_000, 1, WAITS)).toBe('Vanished');
  });

  it('is content with whatever a client sends', () => {
    const { watch, sent } = newWatch();
    watch.check(30_000, 1, WAITS);

    watch.heard(40_000, false, true);

    expect(watch.check(69_999, 1, WAITS)).toBeNull();
    expect(watch.check(70_000, 1, WAITS)).toBeNull();
    expect(sent()).toBe(34);
  });
});
