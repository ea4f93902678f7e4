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
});
