import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { dump, load } from 'js-yaml';
import type { KubernetesObject } from '../../kube/types.ts';
import { plan } from '../plan/plan.ts';
import { LAYER7, planInput } from '../testdata/inputs.ts';
import { render } from './render.ts';

/** What a specification becomes, as files: `<case>.in.yaml` is the spec, `<case>.out.yaml` the objects. `UPDATE_GOLDEN=1` rewrites the latter. */
const FOLDER = new URL('../testdata/golden/', import.meta.url);
const SETTINGS = { image: 'localhost/teamwork-proxy:1.0.0', operatorNamespace: 'teamwork-proxy-system' };

const cases = readdirSync(FOLDER).flatMap((file) => /^(.*)\.in\.yaml$/.exec(file)?.[1] ?? []);

describe('rendered objects', () => {
  it.each(cases)('of %s are those of the golden file', (name) => {
    const spec = load(readFileSync(new URL(`${name}.in.yaml`, FOLDER), 'utf8')) as object;
    const goldenFile = new URL(`${name}.out.yaml`, FOLDER);

    const { turns } = render(plan(planInput(spec)), SETTINGS);
    const text = turns
      .flat()
      .map((object) => dump(readable(object), { noRefs: true, lineWidth: 140 }))
      .join('---\n');

    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(goldenFile, text);
    expect(text).toBe(readFileSync(goldenFile, 'utf8'));
  });

  it('are the same when rendered again', () => {
    const input = planInput(LAYER7);

    expect(render(plan(input), SETTINGS)).toEqual(render(plan(input), SETTINGS));
  });

  it('have Services that ask for an address before the others, which a load balancer may give just that', () => {
    const spec = {
      frontends: ['a', 'b', 'c', 'd'].map(flowAsking({ b: '192.0.2.1', d: '192.0.2.2' })),
      backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: 'c', port: 1 }] }],
    };

    const { turns } = render(plan(planInput(spec)), SETTINGS);

    const services = turns.filter((turn) => turn.some(({ kind }) => kind === 'Service'));
    expect(services.map((turn) => turn.map(({ metadata }) => metadata?.name))).toEqual([
      ['twc-b', 'twc-d'],
      ['twc-a', 'twc-c'],
    ]);
  });

  it('come after what they need, and otherwise at the same time', () => {
    const spec = {
      ...LAYER7,
      workload: { autoscaling: { minReplicas: 2, maxReplicas: 3, targetCPUUtilization: 70 } },
    };

    const { turns } = render(plan(planInput(spec)), SETTINGS);

    expect(turns.map((turn) => turn.map(({ kind, metadata }) => `${kind} ${metadata?.name}`))).toEqual([
      ['ServiceAccount twc', 'Secret twc-tls'],
      [
        'ConfigMap twc-config',
        'ConfigMap twc-client-trust',
        'ConfigMap twc-server-settings',
        'NetworkPolicy twc',
        'PodDisruptionBudget twc',
      ],
      ['Service twc-web', 'Service twc-client', 'Service twc-license'],
      ['Deployment twc'],
      ['HorizontalPodAutoscaler twc'],
    ]);
  });

  it('leave the pod template as it is whatever changes in flows, backends, routes and certificates', () => {
    const template = (spec: object): unknown =>
      render(plan(planInput(spec)), SETTINGS)
        .turns.flat()
        .find(({ kind }) => kind === 'Deployment');
    const other = {
      frontends: [{ name: 'a', protocol: 'TCP', port: 10_002, backend: 'b' }],
      backends: [{ name: 'b', protocol: 'TCP', servers: [{ host: 'c', port: 1 }] }],
    };

    expect(template(other)).toEqual(template(LAYER7));
  });
});

/** A flow by its name, which asks for the address that is given for it. */
function flowAsking(addresses: Readonly<Record<string, string>>): (name: string) => object {
  return (name) => ({
    name,
    protocol: 'TCP',
    backend: 'client',
    ...(addresses[name] === undefined ? {} : { loadBalancer: { address: addresses[name] } }),
  });
}

/** Bytes that nobody can read are replaced by their digest, so that a difference still shows. */
function readable(object: KubernetesObject): object {
  const { data, binaryData } = object as {
    data?: Record<string, string>;
    binaryData?: Record<string, string>;
  };
  if (object.kind === 'Secret') return { ...object, data: digests(data) };
  return binaryData === undefined ? object : { ...object, binaryData: digests(binaryData) };
}

function digests(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      `sha256:${createHash('sha256').update(Buffer.from(value, 'base64')).digest('hex').slice(0, 16)}`,
    ]),
  );
}
