import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Deadlines, type Ticking } from './deadlines.ts';

const INTERVAL = 20;

/** Collects the times of its ticks. */
class Recorder extends EventEmitter implements Ticking {
  readonly times: number[] = [];

  tick(now: number): void {
    this.times.push(now);
    this.emit('tick');
  }
}

const deadlines = new Deadlines(INTERVAL);
const recorder = new Recorder();

afterEach(() => {
  deadlines.delete(recorder);
  recorder.times.length = 0;
});

function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

async function nextTick(): Promise<number> {
  await once(recorder, 'tick');
  return deadlines.now;
}

describe('the clock of deadlines', () => {
  it('goes on by its interval or more', async () => {
    deadlines.add(recorder);

    const first = await nextTick();
    const second = await nextTick();

    // Node's timers count whole milliseconds.
    expect(second - first).toBeGreaterThan(INTERVAL - 2);
    expect(recorder.times.slice(0, 2)).toEqual([first, second]);
  });

  it('does not count the time in which the process stood still', async () => {
    deadlines.add(recorder);
    const before = await nextTick();

    standStill(20 * INTERVAL);

    expect((await nextTick()) - before).toBeLessThanOrEqual(2 * INTERVAL);
  });

  it('does not count the time without any connection', async () => {
    deadlines.add(recorder);
    const before = await nextTick();
    deadlines.delete(recorder);

    standStill(20 * INTERVAL);
    deadlines.add(recorder);

    expect((await nextTick()) - before).toBeLessThanOrEqual(2 * INTERVAL);
  });
});
