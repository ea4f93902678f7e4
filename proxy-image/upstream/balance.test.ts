import { describe, expect, it } from '@jest/globals';
import type { Balance } from '../config/types.ts';
import { balance, hash, Turns, type Candidate } from './balance.ts';

interface Named extends Candidate {
  readonly name: string;
}

const IDLE = { fallback: false, open: 0, avoided: false, weight: 1, ramp: 1, busyUntil: 0 } as const;

function servers(names: readonly string[], parts: Record<string, Partial<Candidate>> = {}): readonly Named[] {
  return names.map((name) => ({
    name,
    hash: hash(name),
    ...IDLE,
    ...parts[name],
  }));
}

const CLIENTS = Array.from(
  { length: 2_000 },
  (_, index) => `10.${index % 7}.${Math.floor(index / 256)}.${index % 256}`,
);

function order(method: Balance, candidates: readonly Named[], sourceAddress: string): readonly string[] {
  return balance(method, candidates, { sourceAddress, turns: new Turns(0) }).map(({ name }) => name);
}

/** Who has the turn, `count` times one after the other, as one string. */
function turnsOf(
  method: Balance,
  candidates: readonly Named[],
  count: number,
  turns: Turns = new Turns(0),
): string {
  return Array.from({ length: count }, () => {
    const [chosen] = balance(method, candidates, { sourceAddress: '', turns });
    if (chosen !== undefined) {
      turns.taken(chosen);
    }
    return chosen?.name;
  }).join('');
}

function first(candidates: readonly Named[], client: string): string | undefined {
  return order('SourceAddress', candidates, client)[0];
}

describe('balance by source address', () => {
  it('always gives a client the same order', () => {
    const abc = servers(['a', 'b', 'c']);

    expect(order('SourceAddress', abc, '10.0.0.1')).toEqual(
      order('SourceAddress', abc.toReversed(), '10.0.0.1'),
    );
  });

  it('gives every server about the same share', () => {
    const names = ['twc-0:8443', 'twc-1:8443', 'twc-2:8443', 'twc-3:8443'];
    const candidates = servers(names);

    const shares = names.map((name) => CLIENTS.filter((client) => first(candidates, client) === name).length);

    for (const share of shares) {
      expect(share).toBeGreaterThan(CLIENTS.length / 5);
      expect(share).toBeLessThan(CLIENTS.length / 3);
    }
  });

  it('moves the clients of a server that leaves, and no others', () => {
    const before = servers(['a', 'b', 'c']);
    const after = servers(['a', 'c']);

    const moved = CLIENTS.filter((client) => first(before, client) !== first(after, client));

    expect(moved.every((client) => first(before, client) === 'b')).toBe(true);
    expect(moved.length).toBeGreaterThan(0);
  });

  it('sends the clients of a server that is down to the one they would have without it', () => {
    const down = servers(['a', 'b', 'c'], { b: { avoided: true } });

    for (const client of CLIENTS.slice(0, 100)) {
      expect(first(down, client)).toBe(first(servers(['a', 'c']), client));
      expect(order('SourceAddress', down, client).at(-1)).toBe('b');
    }
  });
});

describe('balance by source address and weight', () => {
  const weights = { a: { weight: 1 }, b: { weight: 2 }, c: { weight: 5 } };

  it('gives every server as many clients as its weight says', () => {
    const abc = servers(['a', 'b', 'c'], weights);

    const shares = ['a', 'b', 'c'].map(
      (name) => CLIENTS.filter((client) => first(abc, client) === name).length / CLIENTS.length,
    );

    expect(shares[0]).toBeCloseTo(1 / 8, 1);
    expect(shares[1]).toBeCloseTo(2 / 8, 1);
    expect(shares[2]).toBeCloseTo(5 / 8, 1);
  });

  it('moves clients only to a server whose weight rises', () => {
    const before = servers(['a', 'b', 'c'], weights);
    const after = servers(['a', 'b', 'c'], { ...weights, b: { weight: 4 } });

    const moved = CLIENTS.filter((client) => first(before, client) !== first(after, client));

    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every((client) => first(after, client) === 'b')).toBe(true);
  });

  it('moves nobody because a server begins slowly', () => {
    const slow = servers(['a', 'b', 'c'], { ...weights, c: { weight: 5, ramp: 0.1 } });

    expect(CLIENTS.map((client) => first(slow, client))).toEqual(
      CLIENTS.map((client) => first(servers(['a', 'b', 'c'], weights), client)),
    );
  });
});

describe('balance in turn', () => {
  it('begins with the next server each time', () => {
    expect(turnsOf('RoundRobin', servers(['a', 'b', 'c']), 7)).toBe('abcabca');
  });

  it('begins where it is told to', () => {
    expect(turnsOf('RoundRobin', servers(['a', 'b', 'c']), 4, new Turns(4))).toBe('bcab');
  });

  it('shares the turns of a server that is down evenly', () => {
    const abc = servers(['a', 'b', 'c'], { b: { avoided: true } });

    expect(turnsOf('RoundRobin', abc, 4)).toBe('acac');
  });

  it('gives turns by weight, spread as evenly as they can be', () => {
    const abc = servers(['a', 'b', 'c'], { a: { weight: 3 }, b: { weight: 1 }, c: { weight: 2 } });

    const result = turnsOf('RoundRobin', abc, 60);

    expect(['a', 'b', 'c'].map((name) => result.split(name).length - 1)).toEqual([30, 10, 20]);
    expect(result).not.toMatch(/aaa|bb|cc/);
  });

  it('gives a part of the share to a server that begins slowly', () => {
    const ab = servers(['a', 'b'], { b: { ramp: 0.1 } });

    expect(turnsOf('RoundRobin', ab, 22).split('b').length - 1).toBe(2);
  });

  it('owes nothing to a server that was down', () => {
    const [a, b] = servers(['a', 'b']) as [Named, Named];
    const turns = new Turns(0);
    turnsOf('RoundRobin', [a, { ...b, avoided: true }], 100, turns);

    expect(turnsOf('RoundRobin', [a, b], 6, turns)).toBe('bababa');
  });
});

describe('balance by connections', () => {
  it('begins with the least loaded server', () => {
    const abc = servers(['a', 'b', 'c'], { a: { open: 2 }, b: { open: 1 }, c: { open: 3 } });

    expect(order('LeastConnections', abc, '')).toEqual(['b', 'a', 'c']);
  });

  it('takes turns among equally loaded ones', () => {
    expect(turnsOf('LeastConnections', servers(['a', 'b', 'c']), 4)).toBe('abca');
  });

  it.each([
    [
      'a server of twice the weight has twice the connections',
      { a: { open: 3, weight: 2 }, b: { open: 2 } },
      'a',
    ],
    ['and not more', { a: { open: 4, weight: 2 }, b: { open: 1 } }, 'b'],
    ['a server that begins slowly has few', { a: { open: 1, ramp: 0.1 }, b: { open: 18 } }, 'b'],
  ])('%s', (_, parts, expected) => {
    expect(order('LeastConnections', servers(['a', 'b'], parts), '')[0]).toBe(expected);
  });
});

describe.each(['SourceAddress', 'RoundRobin', 'LeastConnections'] as const)('balance by %s', (method) => {
  it('leaves nobody out, suspects last', () => {
    const all = servers(['a', 'b', 'c', 'd'], {
      a: { avoided: true, fallback: true },
      b: { avoided: true },
      c: { fallback: true },
    });

    const result = order(method, all, '10.0.0.1');

    expect(result).toEqual(['d', 'c', 'b', 'a']);
  });

  it('uses a server of weight 0 only when no other is left', () => {
    const all = servers(['a', 'b', 'c'], { a: { weight: 0 }, b: { avoided: true }, c: { avoided: true } });

    expect(order(method, all, '10.0.0.1').at(-1)).toBe('a');
  });

  it('uses servers that all have weight 0', () => {
    const all = servers(['a', 'b'], { a: { weight: 0 }, b: { weight: 0 } });

    expect(order(method, all, '10.0.0.1').toSorted()).toEqual(['a', 'b']);
  });

  it('is content with no server', () => {
    expect(order(method, [], '10.0.0.1')).toEqual([]);
  });
});
