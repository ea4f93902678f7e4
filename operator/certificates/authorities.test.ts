import { describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { readAuthorities } from './authorities.ts';

const first = makeAuthority({ name: 'first', days: 10 });
const second = makeAuthority({ name: 'second', days: 20 });

describe('readAuthorities', () => {
  it('takes all certificates of a text, each once, without what else stands there', () => {
    const { chainPem, keyPem } = issue(first, { commonName: 'server', dns: ['server'] });
    const text = `# bundle\n${first.certificatePem}${keyPem}\n${second.certificatePem}\r\n${first.certificatePem}${chainPem}`;

    const result = readAuthorities(text);

    expect(result).toMatchObject({
      ok: true,
      authorities: { pem: `${first.certificatePem}${second.certificatePem}${chainPem}` },
    });
  });

  it('tells the lifetime of the one that lasts longest', () => {
    const result = readAuthorities(first.certificatePem + second.certificatePem);

    const days = result.ok ? (result.authorities.notAfter.getTime() - Date.now()) / 86_400_000 : 0;
    expect(Math.round(days)).toBe(20);
  });

  it('has the same digest for the same certificates, however they are written', () => {
    const one = readAuthorities(first.certificatePem);
    const other = readAuthorities(`subject=first\n${first.certificatePem.replaceAll('\n', '\r\n')}`);

    expect(other).toEqual(one);
  });

  it.each([
    ['nothing', '', 'NoCertificate'],
    ['a key alone', issue(first, { commonName: 'server', dns: ['server'] }).keyPem, 'NoCertificate'],
    ['a certificate without its end', first.certificatePem.slice(0, -30), 'DamagedCertificate'],
    [
      'an altered certificate',
      `${second.certificatePem}${first.certificatePem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA')}`,
      'DamagedCertificate',
    ],
  ])('refuses %s', (_what, text, reason) => {
    expect(readAuthorities(text)).toMatchObject({
      ok: false,
      reason,
      message: expect.stringMatching(/authorities|copy the whole file/),
    });
  });
});
