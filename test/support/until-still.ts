import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 100;

/** Waits until a number stays the same: what could flow has flowed. Nothing tells of bytes that do not come, so it is looked at again. */
export async function untilStill(value: () => number): Promise<void> {
  for (let before = -1; before !== value();) {
    before = value();
    await delay(pollMs);
  }
}
