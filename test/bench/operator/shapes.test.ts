import { describe, expect, it } from '@jest/globals';
import { differences } from './shapes.ts';

const SHAPES = {
  'ConfigMap -config': { bytes: 1000, parts: ['config.json'] },
  'Secret -tls': { bytes: 2000, parts: ['public.crt', 'public.key'] },
};

describe('differences', () => {
  it('are none between objects of the same names and parts and of about the same size', () => {
    const other = { ...SHAPES, 'ConfigMap -config': { bytes: 1200, parts: ['config.json'] } };

    expect(differences(SHAPES, other)).toEqual([]);
  });

  it.each([
    {
      what: 'an object is missing',
      change: { 'Secret -tls': undefined },
      found: 'only one makes Secret -tls',
    },
    {
      what: 'there is another object',
      change: { 'Service -web': { bytes: 1, parts: [] } },
      found: 'only one makes Service -web',
    },
    {
      what: 'a file is missing',
      change: { 'Secret -tls': { bytes: 2000, parts: ['public.crt'] } },
      found: 'Secret -tls has public.crt, public.key, and of the other public.crt',
    },
    {
      what: 'an object is much smaller',
      change: { 'ConfigMap -config': { bytes: 700, parts: ['config.json'] } },
      found: 'ConfigMap -config has 1000 bytes, and of the other 700',
    },
  ])('tell when $what', ({ change, found }) => {
    const other = Object.fromEntries(
      Object.entries({ ...SHAPES, ...change }).filter(([, shape]) => shape !== undefined),
    );

    expect(differences(SHAPES, other as typeof SHAPES)).toEqual([found]);
  });
});
