import { describe, expect, it } from '@jest/globals';
import { NO_SEAT, Roster } from './roster.ts';

const named = (name: string) => ({ name, seat: NO_SEAT });

describe('Roster', () => {
  it('holds who was added and not deleted, whoever of them goes first', () => {
    const [a, b, c, d] = [named('a'), named('b'), named('c'), named('d')];
    const roster = new Roster<typeof a>();
    const names = () => roster.snapshot().map(({ name }) => name);

    [a, b, c, d].forEach((member) => roster.add(member));
    roster.delete(b);
    const without = names().toSorted();
    roster.delete(d);
    roster.delete(a);
    roster.add(b);

    expect(without).toEqual(['a', 'c', 'd']);
    expect(names().toSorted()).toEqual(['b', 'c']);
    expect(roster.size).toBe(2);
  });

  it('does nothing about who is not there', () => {
    const [a, b] = [named('a'), named('b')];
    const roster = new Roster<typeof a>();
    roster.add(a);
    roster.delete(b);
    roster.delete(a);

    roster.delete(a);

    expect(roster.size).toBe(0);
  });

  it('lets members go while all are looked at', () => {
    const roster = new Roster<ReturnType<typeof named>>();
    ['a', 'b', 'c'].forEach((name) => roster.add(named(name)));
    const seen: string[] = [];

    for (const member of roster.snapshot()) {
      seen.push(member.name);
      roster.delete(member);
    }

    expect(seen).toEqual(['a', 'b', 'c']);
    expect(roster.size).toBe(0);
  });
});
