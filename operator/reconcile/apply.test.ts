import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../kube/client/errors.ts';
import type { KubeClient } from '../kube/client/kube-client.ts';
import { recordingLog } from '../../test/support/recording-log.ts';
import { apply } from './apply.ts';
import { createTellPods } from './tell-pods.ts';

const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    name: 'twc',
    namespace: 'default',
    ownerReferences: [
      {
        apiVersion: 'teamworkproxy.io/v1alpha1',
        kind: 'TeamworkProxy',
        name: 'twc',
        uid: '1',
        controller: true,
      },
    ],
  },
};

/** What the API server said a second after the definition of our kind was installed, with OwnerReferencesPermissionEnforcement on. */
const OWNER_UNKNOWN =
  'serviceaccounts "twc" is forbidden: cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion teamworkproxy.io/v1alpha1 Kind TeamworkProxy: no matches for kind "TeamworkProxy" in version "teamworkproxy.io/v1alpha1"';
const QUOTA = 'serviceaccounts "twc" is forbidden: exceeded quota: accounts';

/** Finds nothing, and has every write refused. */
function refusing(message: string): KubeClient {
  const refuse = () => Promise.reject(new ApiError({ status: 403, reason: 'Forbidden', message }));
  const client: Partial<KubeClient> = {
    get: () => Promise.resolve(undefined),
    create: refuse,
    apply: refuse,
  };
  return client as KubeClient;
}

async function refusals(message: string): Promise<readonly string[]> {
  const rendered = { turns: [[account]], configHash: 'a' };
  const context = { client: refusing(message), log: recordingLog(), tellPods: createTellPods() };
  const applied = await apply(rendered, { owned: [], pods: [] }, context);
  return applied.refusals.map(({ reason }) => reason);
}

describe('an object that the API server forbids', () => {
  it('is told of, as trying again is of no use', async () => {
    expect(await refusals(QUOTA)).toEqual(['ObjectRefused']);
  });

  it('is tried again without a word while the API server only has not heard of our kind yet', async () => {
    await expect(refusals(OWNER_UNKNOWN)).rejects.toThrow('cannot find RESTMapping');
  });
});

const SERVICES = ['twc-web', 'twc-client'].map((name) => ({
  ...account,
  kind: 'Service',
  metadata: { ...account.metadata, name },
}));

const FILES = { ...account, kind: 'ConfigMap' };
/** Of a flow that does not ask for an address. */
const LATER = { ...account, kind: 'Service', metadata: { ...account.metadata, name: 'twc-license' } };
const DEPLOYMENT = { ...account, kind: 'Deployment' };

/** What the API server says while a webhook that has to look at an object does not answer. */
const NO_WEBHOOK = new ApiError({
  status: 500,
  reason: 'InternalError',
  message: 'Internal error occurred: failed calling webhook "services.example.com"',
});

/** Applies a ConfigMap, two Services and a Deployment beside an old Service; gives what was done and what came of it. */
async function applyFailing(failing: string, error = NO_WEBHOOK) {
  const done: string[] = [];
  const client: Partial<KubeClient> = {
    get: () => Promise.resolve(undefined),
    async apply(_resource, object) {
      const { kind, metadata } = object;
      if (`${kind} ${metadata?.name}` === failing) throw error;
      done.push(`${kind} ${metadata?.name}`);
      return object;
    },
    async delete() {
      done.push('removed');
    },
  };
  const old = { ...account, kind: 'Service', metadata: { ...account.metadata, name: 'twc-old' } };
  const rendered = { turns: [[FILES], SERVICES, [LATER], [DEPLOYMENT]], configHash: 'a' };
  const tellPods = async () => void done.push('told');
  const context = { client: client as KubeClient, log: recordingLog(), tellPods };
  const applied = await apply(rendered, { owned: [old], pods: [] }, context);
  return { done, applied };
}

describe('an object that the API server does not make', () => {
  it('holds back only Services of later turns, and what is to be removed, if it is a Service', async () => {
    const { done, applied } = await applyFailing('Service twc-web');

    expect(done).toEqual(['ConfigMap twc', 'Service twc-client', 'Deployment twc', 'told']);
    expect(applied.failure).toBe(NO_WEBHOOK);
    expect(applied.refusals).toEqual([
      expect.objectContaining({
        reason: 'ObjectRefused',
        message: expect.stringMatching(/Service twc-web: .* "services\.example\.com"; it is tried again/),
      }),
    ]);
  });

  it('holds back what comes after it, if that may need it', async () => {
    const { done, applied } = await applyFailing('ConfigMap twc');

    expect(done).toEqual([]);
    expect(applied.failure).toBe(NO_WEBHOOK);
  });

  it('lets pods be told of nothing that was not written, also where it is forbidden', async () => {
    const quota = new ApiError({ status: 403, reason: 'Forbidden', message: QUOTA });
    const { done, applied } = await applyFailing('ConfigMap twc', quota);

    expect(done).toEqual([
      'Service twc-web',
      'Service twc-client',
      'Service twc-license',
      'Deployment twc',
      'removed',
    ]);
    expect(applied.failure).toBeUndefined();
  });

  it('holds back nothing when there is none', async () => {
    const { done, applied } = await applyFailing('none');

    expect(done.slice(-3)).toEqual(['Deployment twc', 'removed', 'told']);
    expect(applied.failure).toBeUndefined();
  });
});

/** Applies an account and two Services, which a client answers that finds nothing. */
async function applyServices(answer: (name: string) => Promise<void>) {
  const client: Partial<KubeClient> = {
    get: () => Promise.resolve(undefined),
    async apply(_resource, object) {
      await answer(object.metadata?.name ?? '');
      return object;
    },
  };
  const rendered = { turns: [[account], SERVICES], configHash: 'a' };
  const context = { client: client as KubeClient, log: recordingLog(), tellPods: createTellPods() };
  return apply(rendered, { owned: [], pods: [] }, context);
}

describe('Services', () => {
  it('are written at the same time, after what comes before them, and told of in their order', async () => {
    const arrived: string[] = [];
    const all = Promise.withResolvers<void>();

    const { objects } = await applyServices(async (name) => {
      await setImmediate();
      arrived.push(name);
      if (arrived.length === 3) all.resolve();
      if (name === 'twc-web') await all.promise;
    });

    expect(arrived[0]).toBe('twc');
    expect(objects.map(({ metadata }) => metadata?.name)).toEqual(['twc', 'twc-web', 'twc-client']);
  });

  it('are waited for before a pass fails, so that nothing is written after it', async () => {
    const ended: string[] = [];
    const failing = applyServices(async (name) => {
      if (name === 'twc-web') throw new Error('the connection is gone');
      await setImmediate();
      ended.push(name);
    });

    await expect(failing).rejects.toThrow('the connection is gone');
    expect(ended).toEqual(['twc', 'twc-client']);
  });
});
