import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../../operator/kube/resources.ts';
import type { Deployment } from '../../../operator/kube/types.ts';
import { eventually } from '../../support/eventually.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const SPEC = {
  frontends: [{ name: 'client', protocol: 'TCP', backend: 'client' }],
  backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10002 }] }],
};

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
