import { describe, expect, it } from '@jest/globals';
import { addressCheck, checkedLookup } from './checked-lookup.ts';
import { AddressRefused } from './errors.ts';

const check = addressCheck({
  allowedAddresses: ['127.0.0.0/8'],
  refusedAddresses: ['10.96.0.0/12', '8.8.4.0/24'],
});
const strict = addressCheck({ allowedAddresses: [], refusedAddresses: [] });
const EXACT = { exact: true };
const COVERED = { exact: false };

describe('addressCheck', () => {
  it.each([
    ['8.8.8.8', COVERED, true],
    ['10.0.0.1', EXACT, true],
    ['10.0.0.1', COVERED, false],
    ['10.96.0.1', EXACT, false],
    ['8.8.4.4', EXACT, false],
    ['127.0.0.1', COVERED, true],
    ['169.254.169.254', EXACT, false],
    ['::1', EXACT, false],
    ['fd12::1', EXACT, true],
    ['64:ff9b::7f00:1', EXACT, false],
  ])('%s for %j: %s', (address, approval, expected) => {
    expect(check(address, approval)).toBe(expected);
  });

  it('knows addresses of nobody, which nothing allows', () => {
    const all = addressCheck({ allowedAddresses: ['0.0.0.0/0', '::/0'], refusedAddresses: [] });

    expect(
      ['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'].filter((one) => all(one, EXACT)),
    ).toEqual([]);
  });

  it.each([
    ['10.96.0.1', '10.96.200.7', false],
    ['10.96.0.1', '10.97.0.1', true],
    ['fd00:10:96::1', 'fd00:10:96::ffff', false],
    ['fd00:10:96::1', 'fd00:10:97::1', true],
    [undefined, '10.96.200.7', true],
  ])('in a pod that knows the API server by %s, %s: %s', (host, address, expected) => {
    const ranges = { allowedAddresses: [], refusedAddresses: [] };
    const inPod = addressCheck(ranges, host === undefined ? {} : { KUBERNETES_SERVICE_HOST: host });
    const allowed = addressCheck(
      { ...ranges, allowedAddresses: ['10.96.200.7/32', 'fd00:10:96::ffff/128'] },
      { KUBERNETES_SERVICE_HOST: host },
    );

    expect(inPod(address, EXACT)).toBe(expected);
    expect(expected || allowed(address, EXACT)).toBe(true);
  });

  it('refuses loopback unless it is allowed', () => {
    expect(strict('127.0.0.1', EXACT)).toBe(false);
  });
});

describe('checkedLookup', () => {
  const answering =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  it('passes on an answer all of which may be connected to', async () => {
    const lookup = checkedLookup(answering('8.8.8.8', '2606:4700::1'), strict, COVERED);

    expect(await lookup('a.example.com')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
  });

  it.each([
    [['8.8.8.8', '127.0.0.1']],
    [['::ffff:127.0.0.1']],
    [['0:0:0:0:0:0:0:1']],
    [['fe80::1%eth0']],
    [['0.0.0.0']],
  ])('refuses %j as a whole', async (addresses) => {
    const lookup = checkedLookup(answering(...addresses), strict, EXACT);

    await expect(lookup('a.example.com')).rejects.toThrow(AddressRefused);
  });
});
