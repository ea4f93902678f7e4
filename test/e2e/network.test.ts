import { expect, it } from '@jest/globals';
import { controlPlane } from '../cluster/network/addresses.ts';
import { addHost, removeHost } from '../cluster/network/hosts.ts';
import { hardwareAddress } from '../cluster/network/namespace.ts';
import { run } from '../cluster/process/run.ts';
import { hosts } from './support/layout.ts';

/** Ethernet address of the bridge on which everything hangs. */
async function bridgeAddress(): Promise<string | undefined> {
  const { stdout } = await run('ip', [
    '-netns',
    controlPlane.name,
    '-json',
    'link',
    'show',
    'type',
    'bridge',
  ]);
  const [bridge] = JSON.parse(stdout) as { readonly address: string }[];
  return bridge?.address;
}

it('has a control plane that stays where its neighbours know it, whatever machines come and go', async () => {
  const expected = hardwareAddress(controlPlane.address);
  const before = await bridgeAddress();
  for (let round = 1; round <= 5; round += 1) {
    await addHost(hosts.passerBy.name, hosts.passerBy.address);
    expect(await bridgeAddress()).toBe(expected);
    await removeHost(hosts.passerBy.name);
  }

  expect(before).toBe(expected);
});
