import { describe, expect, it } from '@jest/globals';
import { ClosedStreams } from './closed-streams.ts';

describe('ClosedStreams', () => {
  it('remembers how the last streams have closed', () => {
    const closed = new ClosedStreams();

    closed.add(1, 'Ended');
    closed.add(3, 'ResetByUs');
    closed.add(5, 'ResetByPeer');

    expect([1, 3, 5, 7].map((id) => closed.state(id))).toEqual(['Ended', 'ResetByUs', 'ResetByPeer', null]);
  });

  it('forgets the oldest', () => {
    const closed = new ClosedStreams();

    for (let id = 1; id < 1_000; id += 2) {
      closed.add(id, 'Ended');
    }

    expect(closed.state(1)).toBeNull();
    expect(closed.state(999)).toBe('Ended');
    expect(closed.state(799)).toBe('Ended');
  });
});
