import { describe, expect, it } from '@jest/globals';
import { suggest } from './suggest.ts';

describe('suggest', () => {
  it.each([
    ['a character too many', 'frontendss', 'frontends'],
    ['a character too few', 'frontend', 'frontends'],
    ['another character', 'frontemds', 'frontends'],
    ['the wrong case', 'FrontEnds', 'frontends'],
    ['the nearer of two', 'backendss', 'backends'],
    ['nothing near', 'replicas', undefined],
    ['a short word that shares nothing', 'ab', undefined],
  ])('finds what is meant by %s', (_, word, wanted) => {
    const meant = suggest(word, ['frontends', 'backends', 'to']);

    expect(meant).toBe(wanted);
  });

  it('finds nothing among nothing', () => {
    const meant = suggest('a', []);

    expect(meant).toBeUndefined();
  });
});
