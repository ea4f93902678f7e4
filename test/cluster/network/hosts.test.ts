import { describe, expect, it } from '@jest/globals';
import { addHost } from './hosts.ts';
import { hardwareAddress } from './namespace.ts';

describe('addHost', () => {
  it.each(['', 'Client', 'a/b', 'much-too-long'])('refuses the name "%s"', async (name) => {
    await expect(addHost(name, '172.30.0.20')).rejects.toThrow(`"${name}" is no name for a host`);
  });

  it.each(['172.30.0.11', '172.30.0.100', '172.30.1.20', '::1'])(
    'refuses the address %s',
    async (address) => {
      await expect(addHost('client', address)).rejects.toThrow(`"${address}" is no address for a host`);
    },
  );
});

describe('hardwareAddress', () => {
  it('follows from the IPv4 address', () => {
    expect(hardwareAddress('172.30.0.20')).toBe('02:00:ac:1e:00:14');
  });
});
