import { describe, expect, it } from '@jest/globals';
import type { TeamworkProxyStatus } from '../../api/status.ts';
import { noticesOf } from './events.ts';

function statusWith(
  ...conditions: readonly (readonly [type: string, status: 'True' | 'False', reason: string])[]
): TeamworkProxyStatus {
  return {
    conditions: conditions.map(([type, status, reason]) => ({
      type,
      status,
      reason,
      message: `about ${type}`,
      lastTransitionTime: '2026-11-24T12:00:00Z',
    })),
  };
}

function finding(reason: string) {
  return { path: 'spec.certificates[public]', reason, message: `about ${reason}` };
}

describe('noticesOf', () => {
  it.each([
    ['a problem that appears', undefined, ['Accepted', 'False', 'NameTaken'], ['Warning NameTaken Plan']],
    [
      'another problem in its place',
      ['Programmed', 'False', 'Refused'],
      ['Programmed', 'False', 'NotListening'],
      ['Warning NotListening Program'],
    ],
    [
      'a problem that is still there',
      ['Accepted', 'False', 'NameTaken'],
      ['Accepted', 'False', 'NameTaken'],
      [],
    ],
    ['what is on its way', undefined, ['AddressesAssigned', 'False', 'Pending'], []],
    ['a problem that is gone', ['Accepted', 'False', 'NameTaken'], ['Accepted', 'True', 'Accepted'], []],
    ['readiness', ['Ready', 'False', 'Pending'], ['Ready', 'True', 'Ready'], ['Normal Ready Serve']],
    [
      'the end of readiness, which another condition explains',
      ['Ready', 'True', 'Ready'],
      ['Ready', 'False', 'Refused'],
      [],
    ],
  ] as const)('of %s', (_, before, after, expected) => {
    const notices = noticesOf(before && statusWith(before), statusWith(after));

    expect(notices.map(({ type, reason, action }) => `${type} ${reason} ${action}`)).toEqual(expected);
  });

  it.each([
    ['one that can not be read', undefined, { reason: 'WrongPassword' }, ['Warning WrongPassword']],
    ['one that will expire', {}, { reason: 'ExpiresSoon' }, ['Warning ExpiresSoon']],
    ['one that goes on to be so', { reason: 'ExpiresSoon' }, { reason: 'ExpiresSoon' }, []],
    ['one that has expired then', { reason: 'ExpiresSoon' }, { reason: 'Expired' }, ['Warning Expired']],
    ['a renewed one', { reason: 'Expired' }, { fingerprint: 'b' }, ['Normal CertificateChanged']],
    [
      'a renewed one that will expire as well',
      { reason: 'ExpiresSoon' },
      { fingerprint: 'b', reason: 'ExpiresSoon' },
      ['Normal CertificateChanged', 'Warning ExpiresSoon'],
    ],
    ['a new one', undefined, {}, []],
  ])('tells of a certificate: %s', (_, before, after, expected) => {
    const statusOf = (certificate: object): TeamworkProxyStatus => ({
      ...statusWith(['CertificatesValid', 'True', 'Valid']),
      certificates: [
        { name: 'public', state: 'Valid', fingerprint: 'a', message: 'about it', ...certificate },
        { name: 'other', state: 'Valid', fingerprint: 'c' },
      ],
    });

    const notices = noticesOf(before && statusOf(before), statusOf(after));

    expect(notices.map(({ type, reason }) => `${type} ${reason}`)).toEqual(expected);
  });

  it.each([
    ['a gap in the chain', [], [finding('IncompleteChain')], ['Warning IncompleteChain']],
    ['what works, but was assumed', [], [finding('AliasAssumed')], ['Normal AliasAssumed']],
    [
      'a name that is not covered',
      [],
      [{ ...finding('HostnameNotCovered'), path: 'spec.frontends[web].hostnames' }],
      ['Warning HostnameNotCovered'],
    ],
    ['one that is known', [finding('IncompleteChain')], [finding('IncompleteChain')], []],
    [
      'one that has become another',
      [finding('AddressNotCovered')],
      [{ ...finding('AddressNotCovered'), message: 'another address' }],
      ['Warning AddressNotCovered'],
    ],
    ['one of something else', [], [{ ...finding('UpstreamNotVerified'), path: 'spec.backends[rest]' }], []],
  ])('tells of a finding: %s', (_, before, after, expected) => {
    const notices = noticesOf({ findings: before }, { findings: after });

    expect(notices.map(({ type, reason }) => `${type} ${reason}`)).toEqual(expected);
  });

  it.each([
    ['the first one', undefined, '192.0.2.1', []],
    ['the same one', '192.0.2.1', '192.0.2.1', []],
    ['another one', '192.0.2.1', '192.0.2.2', ['Warning AddressChanged']],
    ['one that is gone', '192.0.2.1', undefined, []],
  ])('tells of the address of a flow: %s', (_, before, after, expected) => {
    const statusOf = (address: string | undefined): TeamworkProxyStatus => ({
      frontends: [
        {
          name: 'web',
          protocol: 'TCP',
          port: 443,
          backends: [],
          ...(address === undefined ? {} : { address }),
        },
      ],
    });

    const notices = noticesOf(statusOf(before), statusOf(after));

    expect(notices.map(({ type, reason }) => `${type} ${reason}`)).toEqual(expected);
  });
});
