import { describe, expect, it } from '@jest/globals';
import { serviceAccountOf } from './service-account.ts';

function token(claims: unknown): string {
  return ['{}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
}

describe('serviceAccountOf', () => {
  it('is what the token says of itself', () => {
    const claims = {
      sub: 'system:serviceaccount:operators:operator',
      'kubernetes.io': {
        namespace: 'operators',
        pod: { name: 'operator-0', uid: 'pod-uid' },
        serviceaccount: { name: 'operator', uid: 'account-uid' },
      },
    };

    expect(serviceAccountOf(token(claims))).toEqual({
      namespace: 'operators',
      name: 'operator',
      uid: 'account-uid',
    });
  });

  it.each([
    { desc: 'of somebody else', text: token({ sub: 'jane' }) },
    { desc: 'that holds nothing', text: token(null) },
    { desc: 'that is not one', text: 'secret' },
    { desc: 'that is empty', text: '' },
  ])('is none for a token $desc', ({ text }) => {
    expect(serviceAccountOf(text)).toBeUndefined();
  });
});
