import { describe, expect, it } from '@jest/globals';
import { ready } from './ready.ts';
import type { ConditionDraft } from './types.ts';

const SINCE = '2026-11-24T12:00:00Z';
const SOON = new Date('2026-11-24T12:04:59Z');
const LATER = new Date('2026-11-24T12:05:00Z');

function part(type: ConditionDraft['type'], reason: string | null): ConditionDraft {
  return reason === null
    ? { type, status: 'True', reason: 'Fine', message: 'fine' }
    : { type, status: 'False', reason, message: `about ${type}` };
}

function before(status: 'True' | 'False', reason: string) {
  return [{ type: 'Ready', status, reason, message: '', lastTransitionTime: SINCE }] as const;
}

const PENDING = before('False', 'Pending');

describe('Ready', () => {
  it('is true when every other condition is', () => {
    expect(ready([part('Accepted', null), part('Programmed', null)], undefined, SOON)).toMatchObject({
      status: 'True',
      message: 'every flow is served',
    });
  });

  it('tells the first that is on its way', () => {
    const parts = [
      part('Accepted', null),
      part('AddressesAssigned', 'Pending'),
      part('Programmed', 'Pending'),
    ];

    expect(ready(parts, undefined, SOON)).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'Pending',
      message: 'about AddressesAssigned',
    });
  });

  it('tells a failure rather than what is on its way before it', () => {
    const parts = [part('AddressesAssigned', 'Pending'), part('Programmed', 'Refused')];

    expect(ready(parts, PENDING, SOON)).toMatchObject({ reason: 'Refused', message: 'about Programmed' });
  });

  const noSecret = [part('CertificatesValid', 'SecretNotFound'), part('Programmed', 'FlowsNotServed')];

  it.each([
    ['at the first pass', noSecret, undefined, SOON, 'Pending'],
    ['for five minutes', noSecret, PENDING, SOON, 'Pending'],
    ['no longer', noSecret, PENDING, LATER, 'SecretNotFound'],
    ['not when it was ready before', noSecret, before('True', 'Ready'), SOON, 'SecretNotFound'],
    ['not when it was a failure before', noSecret, before('False', 'SecretNotFound'), SOON, 'SecretNotFound'],
    ['as it waits for servers', [part('BackendsHealthy', 'NoServerUp')], undefined, SOON, 'Pending'],
    [
      'but not for what nobody is about to bring',
      [part('CertificatesValid', 'WrongPassword')],
      undefined,
      SOON,
      'WrongPassword',
    ],
  ] as const)('waits for a Secret %s', (_, parts, previous, now, reason) => {
    expect(ready(parts, previous, now)).toMatchObject({
      status: 'False',
      reason,
      message: parts[0]?.message,
    });
  });
});
