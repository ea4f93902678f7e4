/** What people do to one TeamworkProxy while an operator is tried: they create it, change it, and delete and create it anew; a load balancer gives it addresses. */
import { readFileSync } from 'node:fs';
import type { TeamworkProxy } from '../../../operator/api/resource.ts';
import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { SECRETS, SERVICES } from '../../../operator/kube/resources.ts';
import { TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';

/** Name of the resource. */
export const PROXY = 'twc';

/** Names of the Secrets that people make, which no operator may touch. */
export const GIVEN_SECRETS: ReadonlySet<string> = new Set(['keystore']);

/** Where a scenario is played, by people who have the API server itself. */
export interface Stage {
  readonly client: KubeClient;
  readonly namespace: string;
}

export interface Step {
  /** What people do, as reports say it. */
  readonly name: string;
  act(stage: Stage): Promise<void>;
}

const TESTDATA = new URL('../../../operator/certificates/testdata/', import.meta.url);

const CLOUD = {
  release: '2026x',
  hostname: 'twc.example.com',
  servers: [{ host: '192.0.2.1' }],
};

const CERTIFICATES = [
  {
    name: 'public',
    secretRef: { name: 'keystore' },
    keystore: { passwordRef: { name: 'keystore', key: 'password' } },
  },
];

export const FIRST = {
  teamworkCloud: { ...CLOUD, licenseServer: { host: '192.0.2.2' } },
  certificates: CERTIFICATES,
};

/** A flow less and another one more, a server more, another number of pods. */
const CHANGED = {
  teamworkCloud: { ...CLOUD, servers: [{ host: '192.0.2.1' }, { host: '192.0.2.3' }] },
  certificates: CERTIFICATES,
  frontends: [{ name: 'aaa', protocol: 'TCP', backend: 'client' }],
  workload: { replicas: 3 },
};

const RECREATED = {
  teamworkCloud: { ...CLOUD, topology: 'Layer4', hostname: 'other.example.com' },
  certificates: CERTIFICATES,
};

export const STEPS: readonly Step[] = [
  {
    name: 'create',
    async act(stage) {
      await applyKeystore(stage, 'rsa.p12');
      await applyProxy(stage, FIRST);
    },
  },
  {
    name: 'change',
    async act(stage) {
      await applyKeystore(stage, 'ec-p256.p12');
      await applyProxy(stage, CHANGED);
    },
  },
  { name: 'assign addresses', act: assignAddresses },
  {
    name: 'delete and create anew',
    async act(stage) {
      await deleteProxy(stage);
      await applyProxy(stage, RECREATED);
    },
  },
];

/** Does what a load balancer does: gives every Service an address. */
export async function assignAddresses({ client, namespace }: Stage): Promise<void> {
  const { items } = await client.list(SERVICES, { namespace });
  const names = items.map(({ metadata }) => metadata?.name ?? '').toSorted();
  for (const [index, name] of names.entries()) {
    const ingress = [{ ip: `192.0.2.${100 + index}`, ipMode: 'VIP' }];
    const status = { loadBalancer: { ingress } };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, status };
    await client.applyStatus(SERVICES, service, { fieldManager: 'load-balancer' });
  }
}

/** Deletes the resource if it is there. */
export async function deleteProxy({ client, namespace }: Stage, name = PROXY): Promise<void> {
  const key = { namespace, name };
  const proxy = await client.get(TEAMWORK_PROXIES, key);
  if (proxy !== undefined) await client.delete(TEAMWORK_PROXIES, key, { uid: proxy.metadata.uid });
}

export async function applyProxy(
  { client, namespace }: Stage,
  spec: object,
  name = PROXY,
): Promise<TeamworkProxy> {
  const object = {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { namespace, name },
    spec,
  };
  return client.apply(TEAMWORK_PROXIES, object as TeamworkProxy, { fieldManager: 'user' });
}

export async function applyKeystore({ client, namespace }: Stage, file: string): Promise<void> {
  const keystore = readFileSync(new URL(file, TESTDATA));
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'keystore' },
    data: {
      'keystore.p12': keystore.toString('base64'),
      password: Buffer.from('nomagic').toString('base64'),
    },
  };
  await client.apply(SECRETS, secret, { fieldManager: 'user' });
}
