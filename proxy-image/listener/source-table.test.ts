import { describe, expect, it } from '@jest/globals';
import { SourceTable } from './source-table.ts';

describe('SourceTable', () => {
  it('counts each source by itself, up to the limit', () => {
    const table = new SourceTable();

    const entered = ['a', 'a', 'a', 'b'].map((source) => table.enter(source, 2));

    expect(entered).toEqual([true, true, false, true]);
  });

  it('has room again for what has left, and forgets a source without connections', () => {
    const table = new SourceTable();
    table.enter('a', 2);
    table.enter('a', 2);

    table.leave('a');

    expect(table.enter('a', 2)).toBe(true);
    table.leave('a');
    table.leave('a');
    expect(table.size).toBe(0);
  });

  it('counts what other workers have', () => {
    const table = new SourceTable();

    table.elsewhere = new Map([['a', 2]]);

    expect([table.enter('a', 3), table.enter('a', 3), table.enter('b', 3)]).toEqual([true, false, true]);
  });

  it('tells which sources have a good part of the limit', () => {
    const table = new SourceTable();
    for (const source of ['a', 'a', 'b']) {
      table.enter(source, 16);
    }

    expect(table.busiest(16)).toEqual(new Map([['a', 2]]));
  });
});
