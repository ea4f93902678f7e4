import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApiError } from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import type { Pod } from '../kube/types.ts';
import { CONFIG_HASH_ANNOTATION } from './render/metadata.ts';
import { createTellPods } from './tell-pods.ts';
import type { TellPods } from './tell-pods.ts';

let patched: string[];
/** How the API server answers, if it refuses. */
let refusal: ApiError | undefined;
let tellPods: TellPods;

beforeEach(() => {
  patched = [];
  refusal = undefined;
  tellPods = createTellPods();
});

const client = {
  async patch(_resource, { name }) {
    patched.push(name);
    if (refusal !== undefined) throw refusal;
    return {};
  },
} as Partial<KubeClient> as KubeClient;

function pod(name: string, configHash?: string): Pod {
  const annotations = configHash === undefined ? {} : { [CONFIG_HASH_ANNOTATION]: configHash };
  return { metadata: { namespace: 'mcs', name, annotations } };
}

describe('tellPods', () => {
  it('tells the pods that do not have the configuration', async () => {
    await tellPods('new', [pod('one'), pod('two', 'old'), pod('three', 'new')], client);

    expect(patched).toEqual(['one', 'two']);
  });

  it('tells a pod once, for as long as the watch has brought nothing new of it', async () => {
    const seen = pod('one', 'old');
    await tellPods('new', [seen], client);
    await tellPods('new', [seen], client);
    await tellPods('newer', [seen], client);
    await tellPods('newer', [pod('one', 'old')], client);

    expect(patched).toEqual(['one', 'one', 'one']);
  });

  it('tells a pod again when that has failed', async () => {
    const seen = pod('one');
    refusal = new ApiError({ status: 500, reason: 'InternalError', message: 'no' });
    await expect(tellPods('new', [seen], client)).rejects.toThrow('no');
    refusal = undefined;
    await tellPods('new', [seen], client);

    expect(patched).toEqual(['one', 'one']);
  });

  it('does not mind a pod that is gone', async () => {
    refusal = new ApiError({ status: 404, reason: 'NotFound', message: 'gone' });

    await expect(tellPods('new', [pod('one')], client)).resolves.toBeUndefined();
  });
});
