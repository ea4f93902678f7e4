import { expect, it } from '@jest/globals';
import { PacedClock } from './paced-clock.ts';

it('lets timers keep up that were set before it began to hurry', async () => {
  const clock = new PacedClock();
  const began = clock.monotonic();
  const rang = new Promise<void>((resolve) => {
    clock.after(3_600_000, resolve);
  });

  clock.run(1_000_000);
  await rang;
  clock.run(1);

  expect(clock.monotonic() - began).toBeGreaterThanOrEqual(3_600_000);
});

it('forgets a timer that is called off, at any pace', async () => {
  const clock = new PacedClock();
  const rung: string[] = [];
  const callOff = clock.after(1000, () => rung.push('called off'));
  clock.run(1_000_000);
  callOff();

  await new Promise<void>((resolve) => {
    clock.after(2000, resolve);
  });

  expect(rung).toEqual([]);
});
