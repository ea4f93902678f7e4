import { afterEach, describe, expect, it } from '@jest/globals';
import { OverheadWatch } from './overhead.ts';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) {
    stop();
  }
});

/** A connection of which so many bytes have come before it is watched. */
function watched({ received = 1000, data = 10 } = {}) {
  const watch = new OverheadWatch();
  const [transport, socket] = [{ bytesRead: received }, { bytesRead: data }];
  let floods = 0;
  const stop = watch.add(transport, socket, () => {
    floods += 1;
  });
  stops.push(stop);
  return {
    stop,
    /** What comes until it is looked at the next time; tells how often a flood has been noticed. */
    receive(bytes: number, ofData: number): number {
      transport.bytesRead += bytes;
      socket.bytesRead += ofData;
      watch.look();
      return floods;
    },
  };
}

describe('OverheadWatch', () => {
  it.each([
    ['a flood of key updates', 1_000_000, 0, 1],
    ['a flood with a byte of data now and then', 1_000_000, 1_000, 1],
    ['a little of TLS alone', 30_000, 0, 0],
    ['much data', 50_000_000, 49_900_000, 0],
    ['data in records of one byte each, with TLS 1.2', 300_000, 10_000, 0],
  ])('takes %s for what it is', (_what, bytes, ofData, floods) => {
    expect(watched().receive(bytes, ofData)).toBe(floods);
  });

  it('counts what comes in a second alone', () => {
    const connection = watched({ received: 10_000_000, data: 0 });

    const counts = Array.from({ length: 100 }, () => connection.receive(20_000, 0));

    expect(counts.at(-1)).toBe(0);
  });

  it('tells of a connection once, and not after its end', () => {
    const [flooding, ended] = [watched(), watched()];
    flooding.receive(1_000_000, 0);
    ended.stop();

    expect(flooding.receive(1_000_000, 0)).toBe(1);
    expect(ended.receive(1_000_000, 0)).toBe(0);
  });
});
