import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, deleteNamespace } from './support/kube.ts';
import { hostname, hosts, ports } from './support/layout.ts';
import { recordTimes } from './support/measurements.ts';
import { startPodProbe } from './support/pod-probe.ts';
import type { PodProbe } from './support/pod-probe.ts';
import type { Wanted } from './support/pod-probe-program.ts';
import { podsOf, waitUntilReady } from './support/proxy.ts';
import { applyKeystore, keystoreCertificate } from './support/secrets.ts';

jest.setTimeout(300_000);

const namespace = 'e2e-change-times';
const { keystore, renewed } = readFixtures();

/** How often each change is made. More give a better 99th percentile; `CHANGE_ROUNDS=100` says so. */
const ROUNDS = Number(process.env['CHANGE_ROUNDS'] ?? 15);

/**
 * Milliseconds from one change to the next, and as much again at random. A kubelet that has just synced a pod syncs it anew only after its next
 * look at all containers, which it takes once a second: whoever changes something in the moment in which the change before is served waits
 * for that, and nobody does but a test.
 */
const PAUSE = 1500;

/** A proxy that leads one path to the servers, beside those that stay. */
function proxyWith(path: string): object {
  return {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'twc' },
    spec: {
      certificates: [keystoreCertificate],
      frontends: [
        {
          name: 'web',
          protocol: 'HTTPS',
          hostnames: [hostname],
          certificates: ['public'],
          routes: [{ paths: ['/webapp', path], backend: 'webapp' }],
        },
        { name: 'client', protocol: 'TCP', backend: 'client' },
      ],
      backends: [
        {
          name: 'webapp',
          protocol: 'HTTPS',
          servers: hosts.nodes.map(({ address }) => ({ host: address, port: ports.webapp })),
          tls: { trust: ['public'], serverName: hostname },
        },
        {
          name: 'client',
          protocol: 'TCP',
          servers: hosts.nodes.map(({ address }) => ({ host: address, port: ports.client })),
        },
      ],
    },
  };
}

describe('a change, from kubectl apply to every pod that serves it', () => {
  let probe: PodProbe;

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    await applyObjects(namespace, proxyWith('/first'));
    await waitUntilReady(namespace, 'twc');
    probe = await startPodProbe(namespace, 'twc', 'web');
  });

  afterAll(async () => {
    probe?.end();
    await deleteNamespace(namespace);
  });

  async function timesOf(
    change: (round: number) => { readonly apply: () => Promise<void>; readonly wanted: Wanted },
  ): Promise<{ readonly command: readonly number[]; readonly served: readonly number[] }> {
    const command: number[] = [];
    const served: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { apply, wanted } = change(round);
      const start = Date.now();
      await apply();
      command.push(Date.now() - start);
      // Not before: handshakes again and again take the time of two cores from kubectl and all that follows. What is served before it returns counts as served then.
      served.push((await probe.shown(wanted)) - start);
      await delay(PAUSE + randomInt(PAUSE));
    }
    return { command, served };
  }

  it.each<[string, (round: number) => { readonly apply: () => Promise<void>; readonly wanted: Wanted }]>([
    [
      'a route',
      (round) => ({
        apply: async () => applyObjects(namespace, proxyWith(`/round-${round}`)),
        wanted: { path: `/round-${round}` },
      }),
    ],
    [
      'a certificate',
      (round) => {
        const next = round % 2 === 1 ? renewed : keystore;
        return {
          apply: async () => applyKeystore(namespace, next),
          wanted: { fingerprint: next.fingerprint },
        };
      },
    ],
  ])('is measured for %s, again and again, with the same pods', async (what, change) => {
    const pods = await podsOf(namespace, 'twc');

    const { command, served } = await timesOf(change);

    recordTimes(`kubectl apply of ${what}, to its being served by every pod`, served);
    recordTimes(`kubectl apply of ${what}, to the end of the command`, command);
    expect(served).toHaveLength(ROUNDS);
    expect(await podsOf(namespace, 'twc')).toEqual(pods);
  });
});
