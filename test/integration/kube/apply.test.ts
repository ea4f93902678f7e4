import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApplyOutcome, applyIfChanged } from '../../../operator/kube/apply.ts';
import { isConflict } from '../../../operator/kube/client/errors.ts';
import { CONFIG_MAPS, DEPLOYMENTS, SERVICES, resourceOf } from '../../../operator/kube/resources.ts';
import type {
  ConfigMap,
  Deployment,
  KubernetesObject,
  NetworkPolicy,
  ObjectKey,
  OwnerReference,
  PodDisruptionBudget,
  Secret,
  Service,
  ServiceAccount,
} from '../../../operator/kube/types.ts';
import { type TestNamespace, configMap, createTestNamespace } from './cluster.ts';

const FIELD_MANAGER = 'applier';

let test: TestNamespace;
let owner: OwnerReference;

beforeAll(async () => {
  test = await createTestNamespace('apply');
  owner = await createOwner('owner');
});

afterAll(async () => {
  await test.release();
});

async function createOwner(name: string): Promise<OwnerReference> {
  const { metadata } = await test.client.create(CONFIG_MAPS, configMap(test.namespace, name));
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: metadata?.uid ?? '', controller: true };
}

function owned<T extends KubernetesObject>(object: T): T {
  const metadata = { ...object.metadata, namespace: test.namespace, ownerReferences: [owner] };
  return { ...object, metadata };
}

/** Applies an object of the test's owner, in the test's namespace. */
async function apply(
  desired: KubernetesObject,
  live?: KubernetesObject,
): Promise<ApplyOutcome<KubernetesObject>> {
  const applier = { client: test.client, fieldManager: FIELD_MANAGER };
  return applyIfChanged(applier, resourceOf(desired), owned(desired), live);
}

function key(name: string): ObjectKey {
  return { namespace: test.namespace, name };
}

function service(name: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { app: name }, annotations: {} },
    spec: {
      type: 'LoadBalancer',
      selector: { app: name },
      externalTrafficPolicy: 'Local',
      ports: [{ name: 'https', port: 443, targetPort: 20_000, protocol: 'TCP' }],
      loadBalancerSourceRanges: ['192.0.2.0/24'],
    },
  };
}

function deployment(name: string, scale: { readonly replicas?: number } = { replicas: 0 }): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      ...scale,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
          tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }],
          containers: [
            {
              name: 'proxy',
              image: 'example.invalid/none',
              args: ['--a', '--b'],
              ports: [{ name: 'admin', containerPort: 9901 }],
              resources: { requests: { cpu: '0.1', memory: '1024Mi' }, limits: { memory: '2Gi' } },
              readinessProbe: { httpGet: { path: '/readyz', port: 'admin' }, periodSeconds: 2 },
              securityContext: { capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 'config', mountPath: '/etc/config', readOnly: true }],
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: 'config' } },
            { name: 'tls', secret: { secretName: 'tls', defaultMode: 0o440 } },
            { name: 'scratch', emptyDir: {} },
          ],
        },
      },
    },
  };
}

type Peers = NonNullable<NonNullable<NetworkPolicy['spec']>['ingress']>[number]['from'];

function networkPolicy(name: string, from?: Peers): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ port: 443, protocol: 'TCP' }], ...(from === undefined ? {} : { from }) },
        { ports: [{ port: 'admin', protocol: 'TCP' }] },
      ],
    },
  };
}

function podDisruptionBudget(name: string): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
  };
}

function secret(name: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name },
    data: { 'a.key': 'QQ==' },
  };
}

function serviceAccount(name: string): ServiceAccount {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
    automountServiceAccountToken: false,
  };
}

describe('applyIfChanged', () => {
  it.each([
    service('same-service'),
    deployment('same-deployment'),
    networkPolicy('same-policy', [{ namespaceSelector: {} }]),
    podDisruptionBudget('same-budget'),
    secret('same-secret'),
    serviceAccount('same-account'),
    configMap('', 'same-config', { 'config.json': '{}' }),
    configMap('', 'same-empty'),
  ] as KubernetesObject[])('writes a $kind once, and not again', async (desired) => {
    const before = test.methods.length;

    const first = await apply(desired);
    const second = await apply(desired);

    expect(first).toMatchObject({ outcome: 'Created' });
    expect(second).toMatchObject({ outcome: 'Unchanged' });
    expect(test.methods.slice(before)).toEqual(['GET', 'PATCH', 'GET']);
  });

  it('writes again when what is wanted has changed, and removes what is not wanted any more', async () => {
    const before = configMap('', 'changed', { a: '1', b: '2' });
    await apply(before);

    const outcome = await apply(configMap('', 'changed', { a: '1', c: '3' }));

    expect(outcome).toMatchObject({ outcome: 'Changed', object: { data: { a: '1', c: '3' } } });
    expect((outcome.object as ConfigMap).data).not.toHaveProperty('b');
  });

  it('notices that part of a list owned as a whole is not wanted any more', async () => {
    await apply(networkPolicy('opened', [{ namespaceSelector: {} }]));

    const outcome = await apply(networkPolicy('opened'));

    expect(outcome).toMatchObject({ outcome: 'Changed', drift: 'spec.ingress differs' });
  });

  it.each([
    {
      desc: 'a value',
      change: { spec: { externalTrafficPolicy: 'Cluster' } },
      drift: 'spec.externalTrafficPolicy is not owned',
    },
    {
      desc: 'a label that was removed',
      change: { metadata: { labels: { app: null } } },
      drift: 'metadata.labels is not owned',
    },
    {
      desc: 'a list',
      change: { spec: { loadBalancerSourceRanges: ['0.0.0.0/0'] } },
      drift: 'spec.loadBalancerSourceRanges is not owned',
    },
    {
      desc: 'the record of who owns what',
      change: { metadata: { managedFields: [{}] } },
      drift: 'it was not applied before',
    },
  ])('takes back what somebody else changed: $desc', async ({ desc, change, drift }) => {
    const name = `drift-${desc.length}`;
    const desired = service(name);
    await apply(desired);
    await test.client.patch(SERVICES, key(name), change);

    const outcome = await apply(desired);
    const after = await apply(desired);

    expect(outcome).toMatchObject({ outcome: 'Changed', drift });
    expect(outcome.object).toMatchObject({ spec: desired.spec, metadata: { labels: { app: name } } });
    expect(after).toMatchObject({ outcome: 'Unchanged' });
  });

  it('leaves alone what others add', async () => {
    const desired = service('extended');
    await apply(desired);
    await test.client.patch(SERVICES, key('extended'), {
      metadata: { annotations: { 'example.com/note': 'theirs' } },
      spec: { sessionAffinity: 'ClientIP' },
    });

    const outcome = await apply(desired);

    expect(outcome).toMatchObject({
      outcome: 'Unchanged',
      object: {
        metadata: { annotations: { 'example.com/note': 'theirs' } },
        spec: { sessionAffinity: 'ClientIP' },
      },
    });
  });

  it.each(['nobody', 'another owner'])('does not touch an object that belongs to %s', async (whose) => {
    const { client, namespace } = test;
    const name = `foreign-${whose.length}`;
    const other = whose === 'nobody' ? undefined : await createOwner(`${name}-owner`);
    const theirs = configMap(namespace, name, { a: 'theirs' });
    const ownerReferences = other === undefined ? [] : [other];
    const created = await client.create(CONFIG_MAPS, {
      ...theirs,
      metadata: { ...theirs.metadata, ownerReferences },
    });

    const outcome = await apply(configMap('', name, { a: 'ours' }));

    expect(outcome).toMatchObject({
      outcome: 'Foreign',
      message: expect.stringContaining(`ConfigMap ${name} exists`),
    });
    await expect(client.get(CONFIG_MAPS, key(name))).resolves.toEqual(created);
  });

  it('does not write to an object that is being deleted', async () => {
    const { client } = test;
    const metadata = { name: 'ending', finalizers: ['example.com/hold'] };
    const { object } = await apply({ ...configMap('', 'ending', { a: '1' }), metadata });
    await client.delete(CONFIG_MAPS, key('ending'), { uid: object.metadata?.uid ?? '' });

    const outcome = await apply({ ...configMap('', 'ending', { a: '2' }), metadata });
    await client.patch(CONFIG_MAPS, key('ending'), { metadata: { finalizers: null } });

    expect(outcome).toMatchObject({ outcome: 'Terminating', object: { data: { a: '1' } } });
  });

  it('does not write to an object that took the place of the one in the cache', async () => {
    const { client } = test;
    const { object: live } = await apply(configMap('', 'replaced', { a: '1' }));
    await client.delete(CONFIG_MAPS, key('replaced'), { uid: live.metadata?.uid ?? '' });
    await client.create(CONFIG_MAPS, configMap(test.namespace, 'replaced', { a: 'theirs' }));

    const error: unknown = await apply(configMap('', 'replaced', { a: '2' }), live).catch((e: unknown) => e);

    expect(isConflict(error)).toBe(true);
    await expect(client.get(CONFIG_MAPS, key('replaced'))).resolves.toMatchObject({ data: { a: 'theirs' } });
  });

  it('lets a Deployment be scaled by others when no replicas are wanted', async () => {
    const desired = deployment('scaled', {});
    await apply(desired);
    await test.client.patch(DEPLOYMENTS, key('scaled'), { spec: { replicas: 3 } });

    const outcome = await apply(desired);

    expect(outcome).toMatchObject({ outcome: 'Unchanged', object: { spec: { replicas: 3 } } });
  });
});
