import { describe, expect, it } from '@jest/globals';
import type { ServerConfig } from '../config/types.ts';
import { places, Server, type Place } from './server.ts';

const SLOW_START = 10_000;

function place(parts: Partial<ServerConfig> = {}, now = 0): Place {
  const config = { host: 'twc-0', port: 8443, ...parts };
  const server = new Server({
    config,
    address: '192.0.2.1',
    now,
    observer: { exchangeEnded: () => undefined, vacated: () => undefined },
  });
  return places([server])[0] as Place;
}

function rampAt(of: Place, now: number): number {
  of.refresh(now, SLOW_START);
  return of.ramp;
}

describe('the share of a server', () => {
  it.each([
    [{}, 1],
    [{ weight: 0 }, 0],
    [{ weight: 7 }, 7],
  ])('with %j is %d', (config, weight) => {
    expect(place(config).weight).toBe(weight);
  });

  it('grows from a tenth while it begins slowly', () => {
    const fresh = place({}, 1_000);

    expect([1_000, 1_500, 6_000, 11_000, 99_000].map((now) => rampAt(fresh, now))).toEqual([
      0.1, 0.1, 0.5, 1, 1,
    ]);
  });

  it('is whole at once without a slow start', () => {
    const fresh = place();

    fresh.refresh(0, 0);

    expect(fresh.ramp).toBe(1);
  });

  it('begins anew when health checks find the server up again, and not when they find it up at first', () => {
    const { server } = place();

    server.checked({ up: true }, 1_000);
    const first = server.backSince;
    server.checked({ up: false, message: 'refused' }, 2_000);
    server.checked({ up: true }, 3_000);

    expect([first, server.backSince]).toEqual([0, 3_000]);
  });
});
