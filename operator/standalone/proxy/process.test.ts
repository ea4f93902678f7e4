import { describe, expect, it } from '@jest/globals';
import { ProxyProcess, restartDelay } from './process.ts';
import type { Ended } from './process.ts';

describe('restartDelay', () => {
  it.each([
    [null, 10, 500],
    [500, 10, 1000],
    [1000, 59_999, 2000],
    [20_000, 10, 30_000],
    [30_000, 10, 30_000],
    [30_000, 60_000, 500],
  ])('after a delay of %s ms and a life of %s ms it is %s ms', (previous, lived, expected) => {
    expect(restartDelay(previous, lived)).toBe(expected);
  });
});

/** A program for `node --eval`, in place of the proxy. */
function program(code: string) {
  return { args: ['--eval', code], output: 'inherit' } as const;
}

describe('ProxyProcess', () => {
  it('starts the program again when it ends, and tells how it ended', async () => {
    const crashes: Ended[] = [];
    const crashedTwice = Promise.withResolvers<void>();

    const proxy = new ProxyProcess(program('process.exit(3)'), (ended) => {
      crashes.push(ended);
      if (crashes.length === 2) crashedTwice.resolve();
    });
    await crashedTwice.promise;
    const code = await proxy.stop('SIGTERM');

    expect(crashes).toEqual([
      { code: 3, message: 'ended with code 3' },
      { code: 3, message: 'ended with code 3' },
    ]);
    expect(proxy.crash?.code).toBe(3);
    expect(code).toBe(3);
  });

  it('passes the signal on, gives the exit code, and does not start the program again', async () => {
    const crashes: Ended[] = [];
    const proxy = new ProxyProcess(program('setInterval(() => {}, 1000)'), (ended) => crashes.push(ended));

    const code = await proxy.stop('SIGTERM');

    expect(code).toBe(143);
    expect(crashes).toEqual([]);
  });

  it('can be stopped twice', async () => {
    const proxy = new ProxyProcess(program('setInterval(() => {}, 1000)'), () => undefined);

    const codes = await Promise.all([proxy.stop('SIGTERM'), proxy.stop('SIGKILL')]);

    expect(codes[0]).toBe(codes[1]);
  });
});
