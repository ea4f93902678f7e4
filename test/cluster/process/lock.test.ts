import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { withLock } from './lock.ts';

describe('withLock', () => {
  it('lets one in at a time and says so to the other', async () => {
    const name = randomUUID();
    const events: string[] = [];
    let leave: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => (leave = resolve));

    const first = withLock(
      name,
      () => events.push('first waits'),
      async () => {
        events.push('first in');
        await inside;
        events.push('first out');
      },
    );
    const second = withLock(
      name,
      () => {
        events.push('second waits');
        leave();
      },
      async () => events.push('second in'),
    );
    await Promise.all([first, second]);

    expect(events).toEqual(['first in', 'second waits', 'first out', 'second in']);
  });

  it('is free again after a failure', async () => {
    const name = randomUUID();
    const fail = async () => {
      throw new Error('broken');
    };

    await expect(withLock(name, () => undefined, fail)).rejects.toThrow('broken');
    expect(
      await withLock(
        name,
        () => undefined,
        async () => 'in',
      ),
    ).toBe('in');
  });
});
