import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TeamworkProxy } from '../../../operator/api/resource.ts';
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  EVENTS,
  NETWORK_POLICIES,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../../../operator/kube/resources.ts';
import type { KubernetesObject, Service } from '../../../operator/kube/types.ts';
import { OWNED_KINDS, TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { eventually } from '../../support/eventually.ts';
import { serveResource } from '../api/api-server.ts';
import { createTestNamespace } from '../kube/cluster.ts';
import type { TestNamespace } from '../kube/cluster.ts';
import { startOperator } from './operator.ts';
import type { OperatorProcess } from './operator.ts';

const MANAGER = { fieldManager: 'user' };
const TESTDATA = new URL('../../../operator/certificates/testdata/', import.meta.url);

const SPEC = {
  teamworkCloud: {
    release: '2026x',
    hostname: 'twc.example.com',
    servers: [{ host: '192.0.2.1' }],
    licenseServer: { host: '192.0.2.2' },
  },
  certificates: [
    {
      name: 'public',
      secretRef: { name: 'twc-keystore' },
      keystore: { passwordRef: { name: 'twc-keystore', key: 'password' } },
    },
  ],
};

/** The garbage collector looks twice a minute for kinds that are new to it, such as ours in a fresh control plane. */
const GARBAGE_COLLECTION_MS = 60_000;

let test: TestNamespace;
let operator: OperatorProcess;

beforeAll(async () => {
  const apiServer = await serveResource(await startControlPlane());
  apiServer.close();
  test = await createTestNamespace('operator');
  operator = await startOperator(test.namespace);
}, 60_000);

afterAll(async () => {
  await operator?.stop();
  await test?.release();
});

async function applyKeystore(name: string, { file = 'rsa.p12', password = 'nomagic' } = {}): Promise<void> {
  const keystore = await readFile(new URL(file, TESTDATA));
  await test.client.apply(
    SECRETS,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: test.namespace, name },
      data: {
        'keystore.p12': keystore.toString('base64'),
        password: Buffer.from(password).toString('base64'),
      },
    },
    MANAGER,
  );
}

async function applyProxy(name: string, spec: object): Promise<TeamworkProxy> {
  const object = {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { namespace: test.namespace, name },
    spec,
  };
  return test.client.apply(TEAMWORK_PROXIES, object as TeamworkProxy, MANAGER);
}

/** The resource once this condition has the status for the present generation. */
async function untilCondition(
  name: string,
  type: string,
  status: string,
): Promise<TeamworkProxy & { message: string }> {
  return eventually(`${type}=${status} of ${name}`, async () => {
    const proxy = await test.client.get(TEAMWORK_PROXIES, { namespace: test.namespace, name });
    const condition = proxy?.status?.conditions?.find((entry) => entry.type === type);
    if (condition?.status !== status || condition.observedGeneration !== proxy?.metadata.generation)
      return undefined;
    return proxy === undefined ? undefined : { ...proxy, message: condition.message };
  });
}

/** All that belongs to a resource, as `kind/name`, with the version of each. */
async function ownedObjects(uid: string): Promise<ReadonlyMap<string, string>> {
  const lists = await Promise.all(
    OWNED_KINDS.map(async (resource) => {
      const { items } = await test.client.list(resource, { namespace: test.namespace });
      return items.map((object) => ({ ...object, kind: resource.kind }));
    }),
  );
  const ours = lists
    .flat()
    .filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.uid === uid));
  return new Map(ours.map((object) => [path(object), contentVersion(object)]));
}

/** Controllers write the status of what has one as time goes by, which leaves its generation as it is. */
function contentVersion({ metadata }: KubernetesObject): string {
  return String(metadata?.generation ?? metadata?.resourceVersion);
}

function path({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata?.name}`;
}

async function service(name: string): Promise<Service | undefined> {
  return test.client.get(SERVICES, { namespace: test.namespace, name });
}

describe('a TeamworkProxy', () => {
  it('becomes its objects, each owned by it, with a LoadBalancer Service per flow', async () => {
    await applyKeystore('twc-keystore');

    const { metadata } = await applyProxy('whole', SPEC);
    const proxy = await untilCondition('whole', 'CertificatesValid', 'True');

    expect([...(await ownedObjects(metadata.uid)).keys()].sort()).toEqual([
      'ConfigMap/whole-client-trust',
      'ConfigMap/whole-config',
      'ConfigMap/whole-server-settings',
      'Deployment/whole',
      'NetworkPolicy/whole',
      'PodDisruptionBudget/whole',
      'Secret/whole-tls',
      'Service/whole-client',
      'Service/whole-license',
      'Service/whole-web',
      'ServiceAccount/whole',
    ]);
    expect((await service('whole-web'))?.spec).toMatchObject({
      type: 'LoadBalancer',
      ports: [{ port: 443, targetPort: 10_001 }],
    });
    expect(proxy.status).toMatchObject({
      frontends: [{ name: 'web' }, { name: 'client' }, { name: 'license' }],
      certificates: [{ name: 'public', state: 'Valid' }],
    });
    const { message } = await untilCondition('whole', 'AddressesAssigned', 'False');
    expect(message).toBe('waiting for the load balancer to give an address to web, client, license');
  });

  it('is left alone when nothing changes', async () => {
    const { metadata } = await applyProxy('quiet', SPEC);
    await untilCondition('quiet', 'CertificatesValid', 'True');
    // What is said of pods is written a moment after they came.
    await eventually('all pods in the status', async () => {
      const { message } = await untilCondition('quiet', 'Programmed', 'False');
      return message.split('; ').length === 2 ? true : undefined;
    });
    const settled = await eventually('an operator that has nothing to write', async () => {
      const [passes, writes] = [await operator.passes(), await operator.writes()];
      await eventually('two more passes', async () =>
        (await operator.passes()) >= passes + 2 ? true : undefined,
      );
      return (await operator.writes()) === writes ? writes : undefined;
    });
    const before = await ownedObjects(metadata.uid);

    // A change that is none brings a pass.
    const { metadata: touched } = await test.client.patch(
      TEAMWORK_PROXIES,
      { namespace: test.namespace, name: 'quiet' },
      { metadata: { annotations: { touched: 'yes' } } },
    );
    const passes = await operator.passes();
    await eventually('two more passes', async () =>
      (await operator.passes()) >= passes + 2 ? true : undefined,
    );

    expect(await operator.writes()).toBe(settled);
    expect(await ownedObjects(metadata.uid)).toEqual(before);
    expect(touched.generation).toBe(metadata.generation);
  });

  it('gets back what somebody changed or removed', async () => {
    await applyProxy('drift', SPEC);
    await untilCondition('drift', 'CertificatesValid', 'True');
    const key = { namespace: test.namespace, name: 'drift-web' };

    await test.client.patch(SERVICES, key, { spec: { externalTrafficPolicy: 'Cluster' } });
    const config = await test.client.get(CONFIG_MAPS, { namespace: test.namespace, name: 'drift-config' });
    await test.client.delete(
      CONFIG_MAPS,
      { namespace: test.namespace, name: 'drift-config' },
      { uid: config?.metadata?.uid ?? '' },
    );

    await eventually('the traffic policy', async () =>
      (await service('drift-web'))?.spec?.externalTrafficPolicy === 'Local' ? true : undefined,
    );
    const again = await eventually('the configuration', () =>
      test.client.get(CONFIG_MAPS, { namespace: test.namespace, name: 'drift-config' }),
    );
    expect(again.data).toEqual(config?.data);
  });

  it('loses the Service of a frontend that is taken out, and the others keep their ports', async () => {
    await applyProxy('fewer', { ...SPEC, frontends: [{ name: 'aaa', protocol: 'TCP', backend: 'client' }] });
    await untilCondition('fewer', 'CertificatesValid', 'True');
    await eventually('the Service of aaa', () => service('fewer-aaa'));
    const { licenseServer: _, ...cloud } = SPEC.teamworkCloud;

    await applyProxy('fewer', {
      ...SPEC,
      teamworkCloud: cloud,
      frontends: [{ name: 'aaa', protocol: 'TCP', backend: 'client' }],
    });

    await eventually('an end of the licence flow', async () =>
      (await service('fewer-license')) === undefined ? true : undefined,
    );
    expect((await service('fewer-web'))?.spec?.ports).toMatchObject([{ targetPort: 10_001 }]);
    expect((await service('fewer-client'))?.spec?.ports).toMatchObject([{ targetPort: 10_002 }]);
    expect((await service('fewer-aaa'))?.spec?.ports).toMatchObject([{ targetPort: 10_004 }]);
  });

  it('takes a Service with another load balancer class for a new one', async () => {
    const withClass = (name: string) => ({ ...SPEC, loadBalancer: { class: name } });
    await applyProxy('class', withClass('example.com/one'));
    await untilCondition('class', 'CertificatesValid', 'True');
    const first = await eventually('the Service', () => service('class-web'));

    await applyProxy('class', withClass('example.com/two'));

    const second = await eventually('its successor', async () => {
      const found = await service('class-web');
      return found?.spec?.loadBalancerClass === 'example.com/two' ? found : undefined;
    });
    expect(second.metadata?.uid).not.toBe(first.metadata?.uid);
    expect(second.spec?.ports).toMatchObject([{ targetPort: 10_001 }]);
  });
});

describe('what a keystore becomes', () => {
  it('changes with its Secret, and stays when the Secret can not be read any more', async () => {
    await applyKeystore('changing');
    const certificates = [
      {
        ...SPEC.certificates[0],
        secretRef: { name: 'changing' },
        keystore: { passwordRef: { name: 'changing', key: 'password' } },
      },
    ];
    await applyProxy('secrets', { ...SPEC, certificates });
    await untilCondition('secrets', 'CertificatesValid', 'True');
    const tls = () => test.client.get(SECRETS, { namespace: test.namespace, name: 'secrets-tls' });
    const first = await tls();

    await applyKeystore('changing', { file: 'ec-p256.p12' });
    const second = await eventually('another certificate', async () => {
      const found = await tls();
      return found?.data?.['public.crt'] === first?.data?.['public.crt'] ? undefined : found;
    });
    await applyKeystore('changing', { file: 'rsa.p12', password: 'wrong' });
    const { message, status } = await untilCondition('secrets', 'CertificatesValid', 'False');

    expect(message).toMatch(
      /^spec\.certificates\[public\]: .*password.* What was valid before is served on\.$/,
    );
    expect(status?.certificates).toMatchObject([{ state: 'LastGood' }]);
    expect((await tls())?.data).toEqual(second.data);
    await eventually('an event about it', async () => {
      const { items } = await test.client.list(EVENTS, { namespace: test.namespace });
      return items.find(
        ({ regarding, reason }) => regarding?.name === 'secrets' && reason === 'WrongPassword',
      );
    });
  });

  it('is the chain of a kubernetes.io/tls Secret just as well', async () => {
    const source = await test.client.get(SECRETS, { namespace: test.namespace, name: 'whole-tls' });
    await test.client.apply(
      SECRETS,
      {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/tls',
        metadata: { namespace: test.namespace, name: 'pem' },
        data: {
          'tls.crt': source?.data?.['public.crt'] ?? '',
          'tls.key': source?.data?.['public.key'] ?? '',
        },
      },
      MANAGER,
    );

    await applyProxy('pem', { ...SPEC, certificates: [{ name: 'public', secretRef: { name: 'pem' } }] });
    await untilCondition('pem', 'CertificatesValid', 'True');

    const tls = await test.client.get(SECRETS, { namespace: test.namespace, name: 'pem-tls' });
    expect(tls?.data).toEqual(source?.data);
  });
});

describe('what can not be', () => {
  it('leaves everything as it was', async () => {
    const { metadata } = await applyProxy('refused', SPEC);
    await untilCondition('refused', 'CertificatesValid', 'True');
    const before = await ownedObjects(metadata.uid);

    await applyProxy('refused', { ...SPEC, teamworkCloud: { ...SPEC.teamworkCloud, extraPaths: ['/osmc'] } });
    const { message } = await untilCondition('refused', 'Accepted', 'False');

    expect(message).toBe(
      'spec.frontends[web].routes: /osmc is given more than once, so it is undecided where it leads; keep one. What was served before is served on.',
    );
    expect(await ownedObjects(metadata.uid)).toEqual(before);
  });

  it('does not take over an object that is somebody else’s', async () => {
    const foreign = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: test.namespace, name: 'foreign-config' },
      data: { a: 'b' },
    };
    await test.client.create(CONFIG_MAPS, foreign);

    await applyProxy('foreign', SPEC);
    const { message } = await untilCondition('foreign', 'Accepted', 'False');

    expect(message).toContain(
      'ConfigMap foreign-config exists already and has no controller; delete or rename it',
    );
    const found = await test.client.get(CONFIG_MAPS, { namespace: test.namespace, name: 'foreign-config' });
    expect(found?.data).toEqual({ a: 'b' });
  });
});

describe('a TeamworkProxy that is deleted', () => {
  it(
    'leaves nothing behind',
    async () => {
      const { metadata } = await applyProxy('gone', SPEC);
      await untilCondition('gone', 'CertificatesValid', 'True');
      await eventually('all objects', async () =>
        (await ownedObjects(metadata.uid)).size === 11 ? true : undefined,
      );

      await test.client.delete(
        TEAMWORK_PROXIES,
        { namespace: test.namespace, name: 'gone' },
        { uid: metadata.uid },
      );

      await eventually(
        'an end of all objects',
        async () => ((await ownedObjects(metadata.uid)).size === 0 ? true : undefined),
        GARBAGE_COLLECTION_MS,
      );
      for (const resource of [DEPLOYMENTS, NETWORK_POLICIES, POD_DISRUPTION_BUDGETS, SERVICE_ACCOUNTS]) {
        expect(
          await test.client.get<KubernetesObject>(resource, { namespace: test.namespace, name: 'gone' }),
        ).toBeUndefined();
      }
    },
    2 * GARBAGE_COLLECTION_MS,
  );
});
