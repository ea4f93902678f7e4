import { describe, expect, it } from '@jest/globals';
import { judgeExchange } from './ejection.ts';
import { Server } from './server.ts';

const LIMIT = 3;

function servers(count: number): readonly Server[] {
  return Array.from({ length: count }, (_, index) => {
    return new Server({
      config: { host: `twc-${index}`, port: 8443 },
      address: `192.0.2.${index}`,
      now: 0,
      observer: { exchangeEnded: () => undefined, vacated: () => undefined },
    });
  });
}

/** Exchanges with the first server, `+` for one that went well and `-` for one that failed; how often it was given a pause. */
function judge(all: readonly Server[], results: string, now = 0): number {
  const [server] = all;
  return Array.from(results).filter((result) => {
    const failure = result === '+' ? null : 'it answered with 503';
    return server !== undefined && judgeExchange({ server, failure, servers: all, now, limit: LIMIT });
  }).length;
}

describe('a server whose exchanges fail', () => {
  it.each([
    ['--', 0],
    ['---', 1],
    ['--+--', 0],
    ['+---+', 1],
  ])('is given a pause after three in a row: %s', (results, pauses) => {
    expect(judge(servers(2), results)).toBe(pauses);
  });

  it('is avoided with a reason for as long as the pause lasts, and for longer when it fails again', () => {
    const all = servers(2);
    const [server] = all;

    judge(all, '---', 0);
    const first = [999, 1_000].map((now) => server?.avoided(now));
    judge(all, '-', 1_000);
    const second = [2_999, 3_000].map((now) => server?.avoided(now));

    expect(first).toEqual([true, false]);
    expect(second).toEqual([true, false]);
    expect(server?.down(0)).toBe(
      'one exchange after the other has failed, the last one so: it answered with 503',
    );
  });

  it('begins slowly when it answers again', () => {
    const all = servers(2);
    const [server] = all;
    judge(all, '---', 0);

    judge(all, '+', 5_000);

    expect(server?.down(5_000)).toBeNull();
    expect(server?.backSince).toBe(5_000);
  });

  it('is not given one when half of the servers have one', () => {
    const all = servers(4);
    const [, second, third] = all;

    second?.answers.failed(0, 'before');
    const one = judge(all, '---');
    third?.answers.failed(0, 'before');
    const [server] = all;
    server?.answers.succeeded();
    const two = judge(all, '---');

    expect([one, two]).toEqual([1, 0]);
  });

  it('is not given one when it is the only one', () => {
    expect(judge(servers(1), '-----')).toBe(0);
  });
});
