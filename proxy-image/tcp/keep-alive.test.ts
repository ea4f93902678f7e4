import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Socket } from 'node:net';
import { newcomers } from './keep-alive.ts';

const TWICE_SETTLED = 30_000;

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A socket, and how often probes were asked for on it. */
function observed() {
  const socket = new Socket();
  return { socket, asked: jest.spyOn(socket, 'setKeepAlive') };
}

describe('newcomers', () => {
  it('get probes once, when they have lasted, and before the first probe is due', () => {
    const { socket, asked } = observed();

    newcomers.add(socket);
    const atOnce = asked.mock.calls.length;
    jest.advanceTimersByTime(TWICE_SETTLED);
    const later = [...asked.mock.calls];
    jest.advanceTimersByTime(10 * TWICE_SETTLED);

    expect(atOnce).toBe(0);
    expect(later).toEqual([[true, 60_000, 15_000, 8]]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('get none when they have gone', () => {
    const { socket, asked } = observed();
    const other = observed();
    const first = newcomers.add(socket);
    const second = newcomers.add(other.socket);

    newcomers.delete(first);
    jest.advanceTimersByTime(TWICE_SETTLED / 2);
    newcomers.delete(second);
    jest.advanceTimersByTime(TWICE_SETTLED);

    expect(asked).not.toHaveBeenCalled();
    expect(other.asked).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that come when all others have settled get them too', () => {
    const first = observed();
    newcomers.add(first.socket);
    jest.advanceTimersByTime(3 * TWICE_SETTLED);
    const second = observed();

    newcomers.add(second.socket);
    jest.advanceTimersByTime(TWICE_SETTLED);

    expect(second.asked).toHaveBeenCalledTimes(1);
  });
});
