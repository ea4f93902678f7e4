import { describe, expect, it } from '@jest/globals';
import { formatTable } from './table.ts';

describe('formatTable', () => {
  it('makes each column as wide as its widest cell, and leaves no blanks at line ends', () => {
    const table = formatTable(
      ['NAME', 'URL'],
      [
        ['web', 'https://twc.example.com'],
        ['license', '-'],
      ],
    );

    expect(table).toBe('NAME     URL\nweb      https://twc.example.com\nlicense  -');
  });

  it('prints the headings alone where there are no rows', () => {
    expect(formatTable(['NAME', 'URL'], [])).toBe('NAME  URL');
  });
});
