import { describe, expect, it } from '@jest/globals';
import type { KnownTarget } from '../http/forwarding/targets.ts';
import { mergeForwards } from './forwards.ts';

function target(host: string, second: number, rest: Partial<KnownTarget> = {}): KnownTarget {
  const askedAt = `2026-01-01T00:00:0${second}.000Z`;
  return { host, port: 443, state: 'Up', listed: false, askedAt, ...rest };
}

function report(...targets: readonly KnownTarget[]) {
  return { frontend: 'teamone', path: '/', targets };
}

describe('the targets that several workers know', () => {
  it('are told once, as the one was asked last knows them', () => {
    const down = target('a', 2, { state: 'Down', message: 'refused' });

    const [route] = mergeForwards([report(target('a', 1)), report(down), report(target('a', 0))]);

    expect(route?.targets).toEqual([
      { host: 'a', port: 443, state: 'Down', message: 'refused', askedAt: '2026-01-01T00:00:02.000Z' },
    ]);
  });

  it('begin with those that an entry names', () => {
    const [route] = mergeForwards([
      report(target('a', 9), target('b', 8), target('listed', 1, { listed: true })),
      report(target('c', 7)),
    ]);

    expect(route?.targets.map(({ host }) => host)).toEqual(['listed', 'a', 'c', 'b']);
  });

  it('are told of each route, and no more than 32', () => {
    const many = Array.from({ length: 40 }, (_, index) => target(`a${index}`, 1));

    const routes = mergeForwards([{ ...report(), path: '/other' }, report(...many)]);

    expect(routes.map(({ path, targets, others }) => [path, targets.length, others])).toEqual([
      ['/other', 0, 0],
      ['/', 32, 8],
    ]);
  });
});
