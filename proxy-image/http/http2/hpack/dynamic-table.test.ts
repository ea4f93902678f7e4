import { describe, expect, it } from '@jest/globals';
import { DynamicTable } from './dynamic-table.ts';

function entry(name: string, size = 40) {
  return { name, size };
}

describe('DynamicTable', () => {
  it('has the newest entry first (RFC 7541 section 2.3.2)', () => {
    const table = new DynamicTable<ReturnType<typeof entry>>(100);

    table.add(entry('a'));
    table.add(entry('b'));

    expect([0, 1, 2].map((index) => table.get(index)?.name)).toEqual(['b', 'a', undefined]);
    expect(table.size).toBe(80);
  });

  it('drops the oldest for a new one (RFC 7541 section 4.4)', () => {
    const table = new DynamicTable<ReturnType<typeof entry>>(100);

    for (const name of ['a', 'b', 'c']) {
      table.add(entry(name));
    }

    expect([0, 1, 2].map((index) => table.get(index)?.name)).toEqual(['c', 'b', undefined]);
  });

  it('is emptied by an entry that it has no room for (RFC 7541 section 4.4)', () => {
    const table = new DynamicTable<ReturnType<typeof entry>>(100);
    table.add(entry('a'));

    table.add(entry('b', 101));

    expect(table.get(0)).toBeUndefined();
    expect(table.size).toBe(0);
  });

  it('takes an entry that fills it entirely', () => {
    const table = new DynamicTable<ReturnType<typeof entry>>(100);

    table.add(entry('a', 100));

    expect(table.get(0)?.name).toBe('a');
  });

  it('drops what a smaller size has no room for (RFC 7541 section 4.3)', () => {
    const table = new DynamicTable<ReturnType<typeof entry>>(100);
    table.add(entry('a'));
    table.add(entry('b'));

    table.resize(50);

    expect([0, 1].map((index) => table.get(index)?.name)).toEqual(['b', undefined]);
  });
});
