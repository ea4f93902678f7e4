import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  NETWORK_POLICIES,
} from '../../../operator/kube/resources.ts';
import type { Deployment } from '../../../operator/kube/types.ts';
import { eventually } from '../../support/eventually.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const SPEC = {
  frontends: [{ name: 'client', protocol: 'TCP', backend: 'client' }],
  backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10002 }] }],
};

/** What is waited for may take long where much else runs. */
jest.setTimeout(60_000);

let site: Site;

beforeAll(async () => {
  site = await openSite('workload');
}, 60_000);

afterAll(async () => {
  await site?.release();
});

async function deployment(name: string, isSo: (deployment: Deployment) => boolean): Promise<Deployment> {
  return eventually(`the Deployment ${name}`, async () => {
    const found = await site.client.get(DEPLOYMENTS, { namespace: site.namespace, name });
    return found !== undefined && isSo(found) ? found : undefined;
  });
}

/** Who says how many pods there are, as the API server has it. */
function managersOfReplicas({ metadata }: Deployment): readonly string[] {
  return (metadata?.managedFields ?? []).flatMap(({ manager = '', fieldsV1 }) => {
    const fields = fieldsV1 as { readonly 'f:spec'?: object } | undefined;
    return 'f:replicas' in (fields?.['f:spec'] ?? {}) ? [manager] : [];
  });
}

describe('the number of pods', () => {
  it('stays as it is when an autoscaler takes over, is left to that, and comes back', async () => {
    const generations: number[] = [];
    await site.applyProxy('scaled', { ...SPEC, workload: { replicas: 3 } });
    const first = await deployment('scaled', ({ spec }) => spec?.replicas === 3);
    expect(managersOfReplicas(first)).toEqual(['teamwork-proxy-operator']);

    await site.applyProxy('scaled', {
      ...SPEC,
      workload: { autoscaling: { minReplicas: 2, maxReplicas: 5 } },
    });
    const handedOver = await deployment(
      'scaled',
      (found) => !managersOfReplicas(found).includes('teamwork-proxy-operator'),
    );
    generations.push(first.metadata?.generation ?? 0, handedOver.metadata?.generation ?? 0);
    const autoscaler = await eventually('the autoscaler', () =>
      site.client.get(HORIZONTAL_POD_AUTOSCALERS, { namespace: site.namespace, name: 'scaled' }),
    );
    // What an autoscaler does.
    await site.client.patch(
      DEPLOYMENTS,
      { namespace: site.namespace, name: 'scaled' },
      { spec: { replicas: 4 } },
    );
    const { status } = await site.until(
      'scaled',
      'four pods',
      ({ status }) => status?.dataPlane?.desired === 4,
    );

    // A generation more would be a change of the number in between.
    expect(generations[1]).toBe(generations[0]);
    expect(handedOver.spec?.replicas).toBe(3);
    expect(autoscaler.spec).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
      scaleTargetRef: { name: 'scaled' },
    });
    expect(status?.dataPlane?.desired).toBe(4);

    await site.applyProxy('scaled', { ...SPEC, workload: { replicas: 2 } });
    await deployment('scaled', ({ spec }) => spec?.replicas === 2);
    await eventually('an end of the autoscaler', async () => {
      const found = await site.client.get(HORIZONTAL_POD_AUTOSCALERS, {
        namespace: site.namespace,
        name: 'scaled',
      });
      return found === undefined ? true : undefined;
    });
  });
});

describe('where pods run, and what is said of them', () => {
  it('is passed on, and the labels that pods are selected by stay', async () => {
    const workload = {
      image: 'registry.example.com/teamwork-proxy:1.2.3',
      imagePullPolicy: 'Always',
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { 'example.com/edge': 'true' },
      tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }],
      priorityClassName: 'system-cluster-critical',
      labels: { team: 'modelling' },
      annotations: { 'example.com/scrape': 'true' },
    };

    await site.applyProxy('placed', { ...SPEC, workload });
    const { metadata, spec } = await deployment('placed', () => true);

    expect(metadata?.labels).toMatchObject({ team: 'modelling', 'app.kubernetes.io/instance': 'placed' });
    expect(spec?.selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'teamwork-proxy',
      'app.kubernetes.io/instance': 'placed',
    });
    expect(spec?.template.metadata).toMatchObject({
      labels: { team: 'modelling', 'app.kubernetes.io/instance': 'placed' },
      annotations: { 'example.com/scrape': 'true' },
    });
    expect(spec?.template.spec).toMatchObject({
      containers: [{ image: workload.image, imagePullPolicy: 'Always' }],
      imagePullSecrets: workload.imagePullSecrets,
      nodeSelector: workload.nodeSelector,
      tolerations: workload.tolerations,
      priorityClassName: workload.priorityClassName,
    });
  });

  it('is told when the API server refuses it, and all else is made', async () => {
    const tolerations = [{ key: 'edge', operator: 'Perhaps' }];

    await site.applyProxy('wrong', { ...SPEC, workload: { tolerations } });
    const { status } = await site.until(
      'wrong',
      'a refusal',
      (_, condition) => condition('Accepted')?.status === 'False',
    );

    const accepted = status?.conditions?.find(({ type }) => type === 'Accepted');
    expect(accepted).toMatchObject({ reason: 'ObjectRefused' });
    expect(accepted?.message).toMatch(
      /^spec: the API server refuses Deployment wrong: .*tolerations.*Perhaps/,
    );
    expect(await site.service('wrong-client')).toBeDefined();
    await site.applyProxy('wrong', SPEC);
    await site.until('wrong', 'no refusal', (_, condition) => condition('Accepted')?.status === 'True');
  });
});

describe('the NetworkPolicies', () => {
  it('are those that are wanted, as the API server takes them', async () => {
    const policies = async () => {
      const { items } = await site.client.list(NETWORK_POLICIES, { namespace: site.namespace });
      return items.filter(({ metadata }) => metadata?.labels?.['app.kubernetes.io/instance'] === 'closed');
    };
    const until = (count: number) =>
      eventually(`${count} policies`, async () => {
        const found = await policies();
        return found.length === count ? found : undefined;
      });
    const cloud = { release: '2026x', topology: 'Layer4', hostname: 'twc.example.com' };
    const protectedPods = { labels: { app: 'twc' } };

    await site.applyProxy('closed', {
      teamworkCloud: { ...cloud, service: { name: 'twc' }, protectedPods },
      networkPolicy: { egress: 'BackendsOnly', adminNamespaces: ['monitoring'] },
    });
    const both = await until(2);
    expect(both.map(({ metadata, spec }) => [metadata?.name, spec?.policyTypes])).toEqual([
      ['closed', ['Ingress', 'Egress']],
      ['closed-nodes', ['Ingress']],
    ]);
    await site.applyProxy('closed', {
      teamworkCloud: { ...cloud, service: { name: 'twc' } },
      networkPolicy: { mode: 'Off' },
    });
    expect(await until(0)).toEqual([]);
  });
});

describe('everything that can be set', () => {
  it('is written once', async () => {
    await site.applyProxy('full', {
      teamworkCloud: {
        release: '2026x',
        topology: 'Layer4',
        hostname: 'twc.example.com',
        servers: [{ host: '192.0.2.1' }],
        protectedPods: { labels: { app: 'twc' }, allowed: [{ labels: { app: 'wap' } }] },
      },
      certificates: [{ name: 'public', secretRef: { name: 'full-made' }, generate: {} }],
      loadBalancer: { provider: 'OpenStack', scope: 'Internal', sourceRanges: ['192.0.2.0/24'] },
      networkPolicy: { egress: 'BackendsOnly', adminNamespaces: ['monitoring'] },
      workload: {
        autoscaling: { maxReplicas: 4 },
        resources: { requests: { cpu: '0.5', memory: '1024Mi' }, limits: { memory: '1Gi' } },
        tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }],
        imagePullSecrets: [{ name: 'registry' }],
        labels: { team: 'modelling' },
        annotations: { 'example.com/scrape': 'true' },
      },
    });
    await site.assign('full-client', '192.0.2.11');
    await site.until('full', 'an address', ({ status }) =>
      Boolean(status?.frontends?.some(({ address }) => address !== undefined)),
    );

    const quiet = await eventually('passes without a write', async () => {
      const [passes, writes] = [await site.operator.passes(), await site.operator.writes()];
      await eventually('two more passes', async () =>
        (await site.operator.passes()) >= passes + 2 ? true : undefined,
      );
      return (await site.operator.writes()) === writes ? writes : undefined;
    });

    expect(quiet).toBeGreaterThan(0);
  });
});
