import { describe, expect, it } from '@jest/globals';
import type { TeamworkProxy } from '../api/resource.ts';
import { isConflict } from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import { SERVICES } from '../kube/resources.ts';
import { confirmedClient } from './confirmed-client.ts';

const KEY = { namespace: 'a', name: 'twc-web' };

/** A server that has this resource, and notes what it is asked. */
function server(live: TeamworkProxy | undefined): { client: KubeClient; asked: string[] } {
  const asked: string[] = [];
  const note = (what: string) => async () => {
    asked.push(what);
  };
  const client = {
    async get() {
      asked.push('get');
      return live;
    },
    list: note('list'),
    watch: note('watch'),
    apply: note('apply'),
    delete: note('delete'),
    withSignal: () => client,
  } as unknown as KubeClient;
  return { client, asked };
}

function proxy(uid: string, generation: number, more: object = {}): TeamworkProxy {
  return { metadata: { namespace: 'a', name: 'twc', uid, generation, ...more } } as unknown as TeamworkProxy;
}

describe('the client of a pass', () => {
  it('makes sure once, before its first write, that the resource is as it was seen', async () => {
    const { client, asked } = server(proxy('1', 2));
    const confirmed = confirmedClient(client, proxy('1', 2)).withSignal(new AbortController().signal);

    await confirmed.delete(SERVICES, KEY, { uid: '7' });
    await confirmed.delete(SERVICES, KEY, { uid: '8' });

    expect(asked).toEqual(['get', 'delete', 'delete']);
  });

  it.each([
    ['is gone', undefined],
    ['is another one by now', proxy('2', 2)],
    ['is being deleted', proxy('1', 2, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['was changed', proxy('1', 3)],
  ])('writes nothing for a resource that %s', async (_what, live) => {
    const { client, asked } = server(live);
    const confirmed = confirmedClient(client, proxy('1', 2));

    const error = await confirmed.delete(SERVICES, KEY, { uid: '7' }).catch((reason: unknown) => reason);

    expect(isConflict(error)).toBe(true);
    expect(asked).toEqual(['get']);
  });
});
