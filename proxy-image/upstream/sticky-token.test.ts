import { describe, expect, it } from '@jest/globals';
import { stickyToken } from './sticky-token.ts';

const [KEY, OTHER] = ['0c'.repeat(32), 'c0'.repeat(32)] as const;

describe('stickyToken', () => {
  it('is always the same for a server and a key', () => {
    expect(stickyToken(KEY, 'twc-0.internal:8443')).toBe(stickyToken(KEY, 'twc-0.internal:8443'));
  });

  it('is another one for every other server and key', () => {
    const tokens = [
      stickyToken(KEY, 'twc-0.internal:8443'),
      stickyToken(KEY, 'twc-1.internal:8443'),
      stickyToken(KEY, 'twc-0.internal:8111'),
      stickyToken(OTHER, 'twc-0.internal:8443'),
    ];

    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('can stand in a cookie', () => {
    expect(stickyToken(KEY, 'twc-0.internal:8443')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
