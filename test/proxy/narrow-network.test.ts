import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, jest } from '@jest/globals';
import { describeWith } from '../support/describe-with.ts';
import type { Tool } from '../support/describe-with.ts';
import type { Arrival } from './support/narrow-network.ts';

jest.setTimeout(120_000);

const SCENE = fileURLToPath(new URL('support/narrow-network.ts', import.meta.url));

/** Packets as on Ethernet; and up, which a new network's loopback is not. */
const NETWORK = 'ip link set lo mtu 1500 up && exec "$0" "$@"';

/** A network of its own needs it. */
const ROOT: Tool = { name: 'root', isInstalled: process.getuid?.() === 0 };

async function runScene(): Promise<readonly Arrival[]> {
  const args = ['--net', 'bash', '-c', NETWORK, process.execPath, SCENE];
  const { stdout } = await promisify(execFile)('unshare', args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as Arrival[];
}

describeWith(ROOT, 'where writes have to wait', () => {
  it('no client or server gets bytes of another', async () => {
    const arrivals = await runScene();

    const sent = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map((letters) => ({ letters, length: 500_000 }));
    for (const road of ['HTTP', 'HTTPS', 'TCP', 'TLS']) {
      for (const way of ['Upload', 'Download']) {
        const bodies = arrivals
          .filter((body) => body.road === road && body.way === way)
          .map(({ letters, length }) => ({ letters, length }))
          .toSorted((a, b) => a.letters.localeCompare(b.letters));
        expect({ road, way, bodies }).toEqual({ road, way, bodies: sent });
      }
    }
  });
});
