import { describe, expect, it } from '@jest/globals';
import { recordingLog } from '../../test/support/recording-log.ts';
import type { KubeClient, ListOptions } from '../kube/client/kube-client.ts';
import { systemClock } from '../kube/clock.ts';
import type { Resource } from '../kube/resources.ts';
import { watchCluster } from './cluster.ts';

/** A cluster without anything in it; how it was looked at is noted, by resource and verb. */
function emptyCluster() {
  const asked = new Map<string, ListOptions>();
  const client = {
    async list({ plural }: Resource, options: ListOptions) {
      asked.set(`list ${plural}`, options);
      return { metadata: { resourceVersion: '1' }, items: [] };
    },
    async *watch({ plural }: Resource, options: ListOptions) {
      asked.set(`watch ${plural}`, options);
      await new Promise((resolve) => options.signal?.addEventListener('abort', resolve));
      yield* [];
    },
  } as unknown as KubeClient;
  return { client, asked };
}

async function lookAt(): Promise<ReadonlyMap<string, ListOptions>> {
  const { client, asked } = emptyCluster();
  const cluster = watchCluster({ client, namespaces: [], log: recordingLog(), clock: systemClock });
  cluster.start();
  await cluster.hasSynced;
  await new Promise((resolve) => setImmediate(resolve));
  await cluster.stop();
  return asked;
}

describe('watchCluster', () => {
  it('has nothing of a Secret but its metadata', async () => {
    const asked = await lookAt();

    for (const verb of ['list', 'watch'])
      expect(asked.get(`${verb} secrets`)).toMatchObject({ metadataOnly: true });
  });

  it('has of all kinds but ours, and Secrets that may be referred to, only what belongs to a proxy', async () => {
    const asked = await lookAt();

    const whole = [...asked].flatMap(([what, { labelSelector }]) =>
      labelSelector === undefined ? [what] : [],
    );
    expect(whole.toSorted()).toEqual([
      'list secrets',
      'list teamworkproxies',
      'watch secrets',
      'watch teamworkproxies',
    ]);
    expect(asked.size).toBe(20);
  });
});
