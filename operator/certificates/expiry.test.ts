import { describe, expect, it } from '@jest/globals';
import { expiry } from './expiry.ts';

const year = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
const quarter = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-04-01T00:00:00Z') };
const hundred = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-04-11T00:00:00Z') };
const week = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-01-09T00:00:00Z') };

describe('expiry', () => {
  it.each([
    {
      what: 'before it begins',
      leaf: year,
      now: '2025-12-31T23:59:59Z',
      state: 'NotYetValid',
      daysLeft: 365,
    },
    { what: 'when it begins', leaf: year, now: '2026-01-01T00:00:00Z', state: 'Valid', daysLeft: 365 },
    { what: '30 days before its end', leaf: year, now: '2026-12-02T00:00:00Z', state: 'Valid', daysLeft: 30 },
    { what: 'a second later', leaf: year, now: '2026-12-02T00:00:01Z', state: 'ExpiresSoon', daysLeft: 29 },
    { what: 'at its end', leaf: year, now: '2027-01-01T00:00:00Z', state: 'ExpiresSoon', daysLeft: 0 },
    {
      what: 'a second after its end',
      leaf: year,
      now: '2027-01-01T00:00:01Z',
      state: 'Expired',
      daysLeft: -1,
    },
    {
      what: 'early in a life of eight days',
      leaf: week,
      now: '2026-01-03T00:00:00Z',
      state: 'Valid',
      daysLeft: 6,
    },
    {
      what: 'while a machine renews one of 90 days',
      leaf: quarter,
      now: '2026-03-08T00:00:00Z',
      state: 'Valid',
      daysLeft: 24,
    },
    {
      what: 'when that has failed',
      leaf: quarter,
      now: '2026-03-10T00:00:00Z',
      state: 'ExpiresSoon',
      daysLeft: 22,
    },
    {
      what: '30 days before the end of one of 100 days',
      leaf: hundred,
      now: '2026-03-13T00:00:01Z',
      state: 'ExpiresSoon',
      daysLeft: 28,
    },
    { what: 'late in it', leaf: week, now: '2026-01-07T00:00:01Z', state: 'ExpiresSoon', daysLeft: 1 },
  ])('$what: $state', ({ leaf, now, state, daysLeft }) => {
    expect(expiry(leaf, new Date(now))).toEqual({ state, daysLeft });
  });
});
