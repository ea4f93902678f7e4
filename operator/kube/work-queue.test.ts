import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock, turn } from '../../test/support/fake-clock.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { WorkQueue } from './work-queue.ts';

let clock: FakeClock;
let queue: WorkQueue;

beforeEach(() => {
  clock = new FakeClock();
  queue = new WorkQueue({ clock, rateLimiter: createRateLimiter(clock) });
});

describe('WorkQueue', () => {
  it('gives keys in the order in which they were added, each once', async () => {
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);

    const taken = [await queue.take(), await queue.take(), await queue.take()];

    expect(taken).toEqual(['a', 'b', 'c']);
    expect(queue.depth).toBe(0);
  });

  it('tells how long a key has waited since it was added first', async () => {
    const told: string[] = [];
    const observed = new WorkQueue({
      clock,
      rateLimiter: createRateLimiter(clock),
      observer: {
        added: () => told.push('added'),
        taken: (waited) => told.push(`taken after ${waited}`),
        finished: (worked) => told.push(`finished after ${worked}`),
        retried: () => told.push('retried'),
      },
    });
    observed.add('a');
    await clock.advance(1000);
    observed.add('a');
    await clock.advance(500);
    await observed.take();
    await clock.advance(200);
    observed.done('a');

    expect(told).toEqual(['added', 'taken after 1500', 'finished after 200']);
  });

  it('hands a key to a worker that waits for one', async () => {
    const taken = queue.take();

    queue.add('a');

    await expect(taken).resolves.toBe('a');
  });

  it('gives a key that is added while it is worked on again, once, and not before it is done', async () => {
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    const depthWhileWorking = queue.depth;

    queue.done('a');

    expect(depthWhileWorking).toBe(0);
    expect(queue.depth).toBe(1);
    await expect(queue.take()).resolves.toBe('a');
  });

  it('does not give a key that is worked on to a second worker', async () => {
    queue.add('a');
    await queue.take();
    const second = queue.take();
    queue.add('a');
    await turn();
    queue.add('b');

    await expect(second).resolves.toBe('b');
  });

  it('adds a key later, at the earliest of the times asked for', async () => {
    queue.addAfter('a', 2000);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 3000);

    await clock.advance(999);
    const before = queue.depth;
    await clock.advance(1);
    await queue.take();
    queue.done('a');
    await clock.advance(5000);

    expect(before).toBe(0);
    expect(queue.depth).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it.each([
    { desc: 'the back-off when it is the longer', atLeastMs: 1, expected: 5 },
    { desc: 'what the server asked for when that is longer', atLeastMs: 3000, expected: 3000 },
  ])('waits after a failure: $desc', async ({ atLeastMs, expected }) => {
    queue.addRateLimited('a', atLeastMs);

    await clock.advance(expected - 1);
    const before = queue.depth;
    await clock.advance(1);

    expect(before).toBe(0);
    expect(queue.depth).toBe(1);
  });

  it('drops what waits when it is shut down, and waits for what is worked on', async () => {
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 1000);
    let ended = false;
    const shutDown = queue.shutDown().then(() => {
      ended = true;
    });
    await turn();
    const endedWhileWorking = ended;

    queue.done('a');
    await shutDown;
    queue.add('d');

    expect(endedWhileWorking).toBe(false);
    expect(queue.depth).toBe(0);
    expect(clock.pending).toBe(0);
    await expect(queue.take()).resolves.toBeUndefined();
  });

  it('sends waiting workers home when it is shut down', async () => {
    const taken = queue.take();

    await queue.shutDown();

    await expect(taken).resolves.toBeUndefined();
  });
});
