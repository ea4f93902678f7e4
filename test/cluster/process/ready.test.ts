import { describe, expect, it } from '@jest/globals';
import { untilReady } from './ready.ts';

describe('untilReady', () => {
  it('resolves once there is no reason left, and takes an exception for one', async () => {
    const reasons: (string | Error | undefined)[] = ['starting', new Error('refused'), undefined];
    const check = async () => {
      const reason = reasons.shift();
      if (reason instanceof Error) {
        throw reason;
      }
      return reason;
    };

    await untilReady({ what: 'It', check, timeoutMs: 5000 });

    expect(reasons).toEqual([]);
  });

  it('fails with the last reason when the time is over', async () => {
    const failure = untilReady({ what: 'It', check: async () => 'no address yet', timeoutMs: 0 });

    await expect(failure).rejects.toThrow('It is not ready after 0 s: no address yet.');
  });
});
