import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { projectFolder } from '../cluster/paths.ts';
import { projectVersion } from '../images/runtime.ts';
import { renderChart, single } from './helm.ts';
import type { Rendered } from './helm.ts';
import { chartFolder } from './values-table.ts';

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: object;
}

interface PodSpec {
  readonly containers: readonly [Container];
  readonly securityContext: object;
  readonly [field: string]: unknown;
}

function podOf(objects: readonly Rendered[]): PodSpec {
  const { template } = single(objects, 'Deployment').spec as { template: { spec: PodSpec } };
  return template.spec;
}

function environment(pod: PodSpec): Record<string, string | undefined> {
  return Object.fromEntries(pod.containers[0].env.map(({ name, value }) => [name, value]));
}

const text = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('the CustomResourceDefinition', () => {
  it('is the one that is generated, byte by byte', () => {
    const copy = text(chartFolder, 'files/teamworkproxies.yaml');
    const original = text(projectFolder, 'crds/teamworkproxies.yaml');

    expect(copy).toBe(original);
  });

  it('is installed unchanged, and stays when the release goes', async () => {
    const original = load(text(projectFolder, 'crds/teamworkproxies.yaml')) as Rendered;

    const crd = single(await renderChart(), 'CustomResourceDefinition');

    expect(crd.metadata.name).toBe(original.metadata.name);
    expect(crd.spec).toEqual(original.spec);
    expect(crd.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  it('goes with the release, or is left to others, where that is wanted', async () => {
    const removed = await renderChart({ crds: { keep: false } });
    const absent = await renderChart({ crds: { enabled: false } });

    expect(single(removed, 'CustomResourceDefinition').metadata.annotations).toBeUndefined();
    expect(absent.map(({ kind }) => kind)).not.toContain('CustomResourceDefinition');
  });
});

describe('the operator', () => {
  let objects: readonly Rendered[];

  beforeAll(async () => {
    objects = await renderChart();
  });

  it('satisfies the restricted Pod Security Standard, with a read-only file system', () => {
    const pod = podOf(objects);

    expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    expect(pod).not.toHaveProperty('volumes');
    expect(pod).not.toHaveProperty('hostNetwork');
  });

  it('is the only one that gets the token of its ServiceAccount', () => {
    const account = single(objects, 'ServiceAccount');

    expect(account.automountServiceAccountToken).toBe(false);
    expect(podOf(objects)).toMatchObject({
      automountServiceAccountToken: true,
      serviceAccountName: account.metadata.name,
    });
  });

  it('runs the images of this version', () => {
    const pod = podOf(objects);

    expect(pod.containers[0].image).toBe(`localhost/teamwork-proxy-operator:${projectVersion()}`);
    expect(environment(pod)['PROXY_IMAGE']).toBe(`localhost/teamwork-proxy:${projectVersion()}`);
  });

  it('runs the image with the given digest, whatever the tag', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const image = { repository: 'registry.example.com:5000/x', tag: '1', digest };

    const pod = podOf(await renderChart({ image, proxyImage: image }));

    expect(pod.containers[0].image).toBe(`registry.example.com:5000/x@${digest}`);
    expect(environment(pod)['PROXY_IMAGE']).toBe(`registry.example.com:5000/x@${digest}`);
  });

  it('is told where to watch and how much to log', async () => {
    const pod = podOf(await renderChart({ watchNamespaces: ['a', 'b'], logLevel: 'debug' }));

    expect(environment(pod)).toMatchObject({ WATCH_NAMESPACES: 'a,b', LOG_LEVEL: 'debug' });
  });

  it('takes over what is said about its pods', async () => {
    const values = {
      imagePullSecrets: [{ name: 'pull' }],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      priorityClassName: 'system-cluster-critical',
      podLabels: { team: 'x' },
      podAnnotations: { note: 'y' },
      extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/ca.crt' }],
    };

    const rendered = await renderChart(values);

    const { imagePullSecrets, nodeSelector, tolerations, affinity, priorityClassName } = values;
    const pod = podOf(rendered);
    expect(pod).toMatchObject({ imagePullSecrets, nodeSelector, tolerations, affinity, priorityClassName });
    expect(environment(pod)).toMatchObject({ NODE_EXTRA_CA_CERTS: '/ca.crt' });
    expect(single(rendered, 'Deployment').spec).toMatchObject({
      template: { metadata: { labels: { team: 'x' }, annotations: { note: 'y' } } },
    });
  });

  it('is selected by labels that neither a version nor a value changes', async () => {
    const other = await renderChart({
      commonLabels: { team: 'x' },
      podLabels: { 'app.kubernetes.io/name': 'y' },
    });

    for (const rendered of [objects, other]) {
      const selector = {
        'app.kubernetes.io/instance': 'operator',
        'app.kubernetes.io/name': 'teamwork-proxy-operator',
      };
      expect(single(rendered, 'Deployment').spec).toMatchObject({
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector } },
      });
    }
  });
});

describe('options', () => {
  it('are off by default', async () => {
    const kinds = (await renderChart()).map(({ kind }) => kind);

    expect(kinds).not.toContain('NetworkPolicy');
    expect(kinds).not.toContain('PodDisruptionBudget');
  });

  it('limit a node drain', async () => {
    const budget = single(
      await renderChart({ replicas: 2, podDisruptionBudget: { enabled: true } }),
      'PodDisruptionBudget',
    );

    expect(budget.spec).toMatchObject({ maxUnavailable: 1 });
  });

  it.each([
    ['somebody', [{ ipBlock: { cidr: '192.0.2.0/24' } }], [{ ipBlock: { cidr: '192.0.2.0/24' } }]],
    ['nobody', [], undefined],
  ])('let %s in to the metrics', async (_, metricsFrom, from) => {
    const policy = single(
      await renderChart({ networkPolicy: { enabled: true, metricsFrom } }),
      'NetworkPolicy',
    );

    const ingress =
      from === undefined ? undefined : [{ from, ports: [{ protocol: 'TCP', port: 'metrics' }] }];
    expect(policy.spec?.['policyTypes']).toEqual(['Ingress']);
    expect(policy.spec?.['ingress']).toEqual(ingress);
  });

  it('put further labels on every object', async () => {
    const rendered = await renderChart({
      commonLabels: { team: 'x' },
      networkPolicy: { enabled: true },
      podDisruptionBudget: { enabled: true },
    });

    expect(rendered.map(({ metadata }) => metadata.labels['team'])).toEqual(rendered.map(() => 'x'));
  });
});

describe('the chart', () => {
  it('has the version and the licence of the project', () => {
    const chart = load(text(chartFolder, 'Chart.yaml')) as Record<string, unknown>;

    expect(chart['version']).toBe(projectVersion());
    expect(chart['appVersion']).toBe(projectVersion());
    expect(text(chartFolder, 'LICENSE')).toBe(text(projectFolder, 'LICENSE'));
  });
});
