import { describe, expect, it } from '@jest/globals';
import type { Balance } from '../config/types.ts';
import { balance, hash, type Candidate } from './balance.ts';

interface Named extends Candidate {
  readonly name: string;
}

function servers(names: readonly string[], parts: Record<string, Partial<Candidate>> = {}): readonly Named[] {
  return names.map((name) => ({
    name,
    hash: hash(name),
    fallback: false,
    open: 0,
    avoided: false,
    ...parts[name],
  }));
}

const CLIENTS = Array.from(
  { length: 2_000 },
  (_, index) => `10.${index % 7}.${Math.floor(index / 256)}.${index % 256}`,
);

function order(
  method: Balance,
  candidates: readonly Named[],
  sourceAddress: string,
  number = 0,
): readonly string[] {
  return balance(method, candidates, { sourceAddress, number }).map(({ name }) => name);
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

describe('balance in turn', () => {
  it('begins with the next server each time', () => {
    const abc = servers(['a', 'b', 'c']);

    const firsts = [0, 1, 2, 3].map((number) => order('RoundRobin', abc, '', number)[0]);

    expect(firsts).toEqual(['a', 'b', 'c', 'a']);
  });

  it('shares the turns of a server that is down evenly', () => {
    const abc = servers(['a', 'b', 'c'], { b: { avoided: true } });

    const firsts = [0, 1, 2, 3].map((number) => order('RoundRobin', abc, '', number)[0]);

    expect(firsts).toEqual(['a', 'c', 'a', 'c']);
  });
});

describe('balance by connections', () => {
  it('begins with the least loaded server', () => {
    const abc = servers(['a', 'b', 'c'], { a: { open: 2 }, b: { open: 1 }, c: { open: 3 } });

    expect(order('LeastConnections', abc, '')).toEqual(['b', 'a', 'c']);
  });

  it('takes turns among equally loaded ones', () => {
    const abc = servers(['a', 'b', 'c']);

    const firsts = [0, 1, 2].map((number) => order('LeastConnections', abc, '', number)[0]);

    expect(firsts).toEqual(['a', 'b', 'c']);
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

  it('is content with no server', () => {
    expect(order(method, [], '10.0.0.1')).toEqual([]);
  });
});
