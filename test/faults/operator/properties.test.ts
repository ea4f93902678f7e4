/** What must hold without any fault, where two parties want the same, or nobody wants anything. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TeamworkProxy } from '../../../operator/api/resource.ts';
import { CONFIG_MAPS, SERVICES } from '../../../operator/kube/resources.ts';
import type { KubernetesObject } from '../../../operator/kube/types.ts';
import { FIELD_MANAGER } from '../../../operator/reconcile/apply.ts';
import { TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import { eventually } from '../../support/eventually.ts';
import { type FaultsCluster, openFaultsCluster } from './cluster.ts';
import { ourOperator } from './our-operator.ts';
import { Run } from './run.ts';
import { FIRST, STEPS, applyKeystore, applyProxy } from './scenario.ts';
import { differences } from './world.ts';

jest.setTimeout(120_000);

const QUIET_MS = 2500;
const TIMEOUT_MS = 60_000;

let cluster: FaultsCluster;
let run: Run;

beforeAll(async () => {
  cluster = await openFaultsCluster();
}, 120_000);

afterAll(async () => {
  await cluster?.close();
});

beforeEach(async () => {
  run = await Run.open(cluster, ourOperator());
  await run.start();
});

afterEach(async () => {
  await run.close();
});

async function untilQuiet(): Promise<void> {
  expect(await run.quiet(QUIET_MS, TIMEOUT_MS)).toBe(true);
}

describe('who has nothing to do', () => {
  it('writes nothing, neither after a start nor when somebody touches the resource', async () => {
    await STEPS[0]?.act(run.stage);
    await untilQuiet();
    const [world, writes] = [run.world, run.writes.length];

    await run.crash();
    await untilQuiet();
    const key = { namespace: run.namespace, name: 'twc' };
    await cluster.client.patch(TEAMWORK_PROXIES, key, { metadata: { annotations: { touched: 'true' } } });
    await untilQuiet();

    expect(run.writes.slice(writes)).toEqual([]);
    const differing = differences(world, run.world).map((difference) => difference.split(': ')[0]);
    expect(differing).toEqual(['TeamworkProxy/twc.metadata.annotations.touched']);
  });
});

describe('what an older version of the operator made', () => {
  it('loses what this one does not want, and keeps what people added', async () => {
    const { client } = cluster;
    const { stage, namespace } = run;
    await STEPS[0]?.act(stage);
    const find = async () => client.get(SERVICES, { namespace, name: 'twc-client' });
    const service = await eventually('the Service of a flow', find, TIMEOUT_MS);
    await untilQuiet();
    const before = run.world;
    await run.kill();
    const config = await client.get(CONFIG_MAPS, { namespace, name: 'twc-config' });
    const ports = service.spec?.ports?.map(({ name = '', port, targetPort = 0 }) => ({
      name,
      port,
      targetPort,
    }));
    const older = { 'example.com/of-an-older-version': 'true' };
    await client.apply(
      CONFIG_MAPS,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { ...namesOf(config), annotations: older },
        data: { 'config.json': '{}', 'proxy.cfg': 'an older format' },
      },
      { fieldManager: FIELD_MANAGER },
    );
    await client.apply(
      SERVICES,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { ...namesOf(service), annotations: older },
        spec: {
          type: 'LoadBalancer',
          selector: service.spec?.selector ?? {},
          ports: ports ?? [],
          sessionAffinity: 'ClientIP',
        },
      },
      { fieldManager: FIELD_MANAGER },
    );
    await client.patch(
      SERVICES,
      { namespace, name: 'twc-client' },
      { metadata: { annotations: { 'example.com/of-people': 'true' } } },
    );

    await run.start();
    await untilQuiet();

    const left = differences(before, run.world).map((difference) => difference.split(': ')[0]);
    expect(left).toEqual(['Service/twc-client.metadata.annotations.example.com/of-people']);
  });
});

/** What an apply of the operator says of an object beside its content. */
function namesOf(object: KubernetesObject | undefined): NonNullable<KubernetesObject['metadata']> {
  const { namespace = '', name = '', labels = {}, ownerReferences = [] } = object?.metadata ?? {};
  return { namespace, name, labels, ownerReferences };
}

describe('a name that somebody else has', () => {
  it('is left to him, and taken when he gives it up', async () => {
    const foreign = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: run.namespace, name: 'twc-config' },
      data: { theirs: 'yes' },
    };
    const { metadata } = await cluster.client.create(CONFIG_MAPS, foreign);
    await STEPS[0]?.act(run.stage);
    await untilQuiet();

    const key = { namespace: run.namespace, name: 'twc-config' };
    const found = await cluster.client.get(CONFIG_MAPS, key);
    expect(found?.metadata?.resourceVersion).toBe(metadata?.resourceVersion);
    await cluster.client.delete(CONFIG_MAPS, key, { uid: metadata?.uid ?? '' });
    await eventually(
      'a configuration of our own',
      async () => (await cluster.client.get(CONFIG_MAPS, key))?.data?.['config.json'],
      TIMEOUT_MS,
    );
  });
});

describe('an address that two resources want', () => {
  it('makes neither of them write again and again, whoever gets it', async () => {
    const { client } = cluster;
    const { stage, namespace } = run;
    const frontend = { name: 'web', loadBalancer: { address: '192.0.2.77' } };
    await applyKeystore(stage, 'rsa.p12');
    for (const name of ['one', 'other']) {
      const spec = {
        certificates: FIRST.certificates,
        frontends: [{ ...frontend, protocol: 'TCP', backend: 'servers' }],
        backends: [{ name: 'servers', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10_002 }] }],
      };
      const object = {
        apiVersion: 'teamworkproxy.io/v1alpha1',
        kind: 'TeamworkProxy',
        metadata: { namespace, name },
        spec,
      };
      await client.apply(TEAMWORK_PROXIES, object as unknown as TeamworkProxy, { fieldManager: 'user' });
    }
    await untilQuiet();
    for (const name of ['one-web', 'other-web', 'one-web']) await give(name);

    const assigned = await eventually(
      'a condition that says who has it',
      async () => {
        const other = await client.get(TEAMWORK_PROXIES, { namespace, name: 'other' });
        const condition = other?.status?.conditions?.find(({ type }) => type === 'AddressesAssigned');
        return condition?.message.includes(`${namespace}/one-web`) ? condition : undefined;
      },
      TIMEOUT_MS,
    );
    await untilQuiet();
    expect(assigned.status).toBe('False');
  });

  /** Gives it to one, and takes it from the other. */
  async function give(name: string): Promise<void> {
    for (const service of ['one-web', 'other-web']) {
      const ingress = service === name ? [{ ip: '192.0.2.77', ipMode: 'VIP' }] : [];
      const object = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace: run.namespace, name: service },
        status: { loadBalancer: { ingress } },
      };
      await cluster.client.applyStatus(SERVICES, object, { fieldManager: 'load-balancer' });
    }
    await untilQuiet();
  }
});

describe('a resource that is taken back to what it was', () => {
  it('is what it was, in every field', async () => {
    await STEPS[0]?.act(run.stage);
    await untilQuiet();
    const before = run.world;

    await applyProxy(run.stage, {
      ...FIRST,
      teamworkCloud: { ...FIRST.teamworkCloud, extraPaths: ['/osmc'] },
    });
    await untilQuiet();
    const refused = differences(before, run.world).filter((path) => !path.startsWith('TeamworkProxy/'));
    await applyProxy(run.stage, FIRST);
    await untilQuiet();

    expect(refused).toEqual([]);
    const after = differences(before, run.world).filter((path) => !path.includes('observedGeneration'));
    expect(after).toEqual([]);
  });
});
