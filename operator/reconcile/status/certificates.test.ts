import { describe, expect, it } from '@jest/globals';
import { makeAuthority } from '../../../test/support/certificates.ts';
import { issueCertificate } from '../../certificates/issue.ts';
import { keystoreSecrets, LAYER7, planInput, PUBLIC_CERTIFICATE } from '../testdata/inputs.ts';
import { plan } from '../plan/plan.ts';
import type { Plan, PlanInput } from '../plan/types.ts';
import { certificateReports, certificatesValid } from './certificates.ts';

const YEAR = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
};
const root = makeAuthority({ name: 'root' });
const pair = issueCertificate(root, { commonName: 'twc', dns: ['twc.example.com'], validity: YEAR });

function planned(changes: Partial<PlanInput> = {}, certificate: object = {}): Plan {
  const data = new Map([
    ['tls.crt', Buffer.from(pair.fullChainPem)],
    ['tls.key', Buffer.from(pair.keyPem)],
  ]);
  const certificates = [{ name: 'public', secretRef: { name: 'pem' }, ...certificate }];
  return plan(planInput({ ...LAYER7, certificates }, { secrets: new Map([['pem', data]]), ...changes }));
}

const PREFIX = 'spec.certificates[public]: Secret pem, keys tls.crt and tls.key: ';

describe('a certificate in the course of its life', () => {
  it.each([
    {
      now: '2025-12-31T23:00:00Z',
      status: 'False',
      reason: 'NotYetValid',
      message: `${PREFIX}is not valid before 2026-01-01T00:00:00Z, and is served all the same; wait, or correct the clock of what issued it.`,
    },
    { now: '2026-06-01T00:00:00Z', status: 'True', reason: 'Valid', message: '1 certificates' },
    {
      now: '2026-12-10T00:00:00Z',
      status: 'True',
      reason: 'ExpiresSoon',
      message: `${PREFIX}expires on 2027-01-01; put a renewed one in its place.`,
    },
    {
      now: '2027-01-02T00:00:00Z',
      status: 'False',
      reason: 'Expired',
      message: `${PREFIX}expired on 2027-01-01, and is served all the same; put a renewed one in its place.`,
    },
  ])('is $reason at $now', ({ now, ...expected }) => {
    const given = planned();

    expect(certificatesValid(given, new Date(now))).toEqual({ type: 'CertificatesValid', ...expected });
    const [report] = certificateReports(given, new Date(now));
    expect(report).toMatchObject({ name: 'public', state: 'Valid', notAfter: '2027-01-01T00:00:00Z' });
    expect(report?.reason).toBe(expected.reason === 'Valid' ? undefined : expected.reason);
  });

  it('is told in the same words all the time, so that nothing is written every day', () => {
    const given = planned();
    const days = ['2026-12-10T00:00:00Z', '2026-12-20T00:00:00Z'].map((day) => new Date(day));

    const [first, second] = days.map((now) => certificateReports(given, now));

    expect(second).toEqual(first);
  });
});

describe('a certificate whose Secret can not be used', () => {
  const lastGood = new Map([['public', { chainPem: pair.fullChainPem, keyPem: pair.keyPem }]]);

  it('is told with what is served instead, expiry included', () => {
    const given = planned({ secrets: new Map(), lastGood });

    expect(certificatesValid(given, new Date('2026-06-01T00:00:00Z'))).toMatchObject({
      status: 'False',
      reason: 'SecretNotFound',
      message:
        'spec.certificates[public]: Secret pem does not exist; create it, or correct secretRef.name. What was valid before is served on.',
    });
    expect(certificateReports(given, new Date('2027-06-01T00:00:00Z'))).toMatchObject([
      {
        state: 'LastGood',
        reason: 'SecretNotFound',
        message: expect.stringContaining('is served on; it expired on 2027-01-01'),
      },
    ]);
  });

  it.each([
    [
      'where the password is',
      {},
      'spec.certificates[public]: Secret twc-keystore, key keystore.p12: the password does not open the keystore; give the one that it was saved with (the one that was tried is in Secret twc-keystore, key password).',
    ],
    [
      'that none was given',
      { keystore: {} },
      'spec.certificates[public]: Secret twc-keystore, key keystore.p12: the password does not open the keystore; give the one that it was saved with (without keystore.passwordRef the password that the product is shipped with was tried).',
    ],
  ])('says %s when it is wrong', (_, certificate, message) => {
    const secrets = keystoreSecrets('tomcat.p12', 'wrong');
    const given = planned({ secrets }, { ...PUBLIC_CERTIFICATE, ...certificate });

    expect(certificatesValid(given, new Date())).toMatchObject({
      status: 'False',
      reason: 'WrongPassword',
      message,
    });
  });

  it('does not hide another one that is wrong in another way', () => {
    const two = plan(
      planInput({
        ...LAYER7,
        certificates: [
          { name: 'one', secretRef: { name: 'none' } },
          { name: 'two', secretRef: { name: 'nor-this' } },
        ],
      }),
    );

    expect(certificatesValid(two, new Date()).message).toBe(
      'spec.certificates[one]: Secret none does not exist; create it, or correct secretRef.name. spec.certificates[two]: Secret nor-this does not exist; create it, or correct secretRef.name.',
    );
  });
});
