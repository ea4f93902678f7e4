/** What has to hold after a sequence of specifications, however it came there. */
import type { World } from '../world.ts';

type Loose = Readonly<Record<string, unknown>>;

/** A world without what rightly depends on how it came about: which free port a listener has, what is hashed of that, and what an autoscaler decides. */
export function comparable(world: World): World {
  const hasAutoscaler = [...world.keys()].some((path) => path.startsWith('HorizontalPodAutoscaler/'));
  const generates = hasGenerated(world);
  const ports = listenerPorts(world);
  return new Map(
    [...world].map(([path, object]) => {
      const text = withoutPorts(JSON.stringify(object), ports).replaceAll(/\b[0-9a-f]{12,64}\b/g, (hash) =>
        path.startsWith('Secret/') ? hash : '<hash>',
      );
      const value = withoutCourse(path, JSON.parse(text) as Loose);
      const settled = hasAutoscaler ? withoutReplicas(path, value) : value;
      return [path, generates ? withoutKeys(path, settled) : settled] as const;
    }),
  );
}

/** All that operators make, without what they report. */
export function withoutStatus(world: World): World {
  return new Map([...world].filter(([path]) => !path.startsWith('TeamworkProxy/')));
}

/** Whether the specification was accepted, and all of its certificates are there. */
export function isServed(world: World): boolean {
  const conditions = conditionsOf(world);
  return ['Accepted', 'CertificatesValid'].every((type) =>
    conditions.some((condition) => condition.type === type && condition.status === 'True'),
  );
}

export function isAccepted(world: World): boolean {
  return conditionsOf(world).some(({ type, status }) => type === 'Accepted' && status === 'True');
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

function conditionsOf(world: World): readonly Condition[] {
  const proxy = [...world].find(([path]) => path.startsWith('TeamworkProxy/'))?.[1] as
    | { readonly status?: { readonly conditions?: readonly Condition[] } }
    | undefined;
  return proxy?.status?.conditions ?? [];
}

/** Services that lead to another port than the one on which their flow listens. */
export function misleadingServices(world: World): readonly string[] {
  const ports = listenerPorts(world);
  return [...world].flatMap(([path, object]) => {
    if (!path.startsWith('Service/')) return [];
    const { metadata, spec } = object as {
      readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: { readonly ports?: readonly { readonly targetPort?: number | string }[] };
    };
    const frontend = metadata.labels?.['teamworkproxy.io/frontend'] ?? '';
    const target = spec?.ports?.[0]?.targetPort;
    return ports.get(frontend) === target
      ? []
      : [`${path} leads to ${target}, ${frontend} listens on ${ports.get(frontend)}`];
  });
}

/** Ports of listeners, by flow. */
function listenerPorts(world: World): ReadonlyMap<string, number> {
  const config = [...world].find(([path]) => /^ConfigMap\/.*-config$/.test(path))?.[1] as
    | { readonly data?: Readonly<Record<string, string>> }
    | undefined;
  const text = config?.data?.['config.json'];
  if (text === undefined) return new Map();
  const { frontends } = JSON.parse(text) as { readonly frontends: readonly { name: string; port: number }[] };
  return new Map(frontends.map(({ name, port }) => [name, port]));
}

function withoutPorts(text: string, ports: ReadonlyMap<string, number>): string {
  if (ports.size === 0) return text;
  const pattern = new RegExp(`(?<![0-9.])(?:${[...ports.values()].join('|')})(?![0-9.])`, 'g');
  return text.replaceAll(pattern, '0');
}

interface Status {
  readonly conditions?: readonly Loose[];
}

/** In the status: how often people changed something, and which pods there are at the moment. */
function withoutCourse(path: string, value: Loose): Loose {
  const { status } = value as { readonly status?: Status };
  if (!path.startsWith('TeamworkProxy/') || status === undefined) return value;
  const conditions = status.conditions?.map(({ message, ...condition }) => ({
    ...condition,
    observedGeneration: undefined,
    ...(ABOUT_PODS.has(String(condition['type'])) ? {} : { message }),
  }));
  return { ...value, status: { ...status, observedGeneration: undefined, dataPlane: undefined, conditions } };
}

interface Proxy {
  readonly spec?: { readonly certificates?: readonly { readonly generate?: unknown }[] };
  readonly status?: { readonly certificates?: readonly Loose[] };
}

function hasGenerated(world: World): boolean {
  return [...world].some(
    ([path, object]) =>
      path.startsWith('TeamworkProxy/') &&
      (object as Proxy).spec?.certificates?.some(({ generate }) => generate !== undefined) === true,
  );
}

/** Keys that the operator makes, and all that is made of them, are others in each run; which there are is the same. */
function withoutKeys(path: string, value: Loose): Loose {
  if (/^(Secret|ConfigMap)\/(?!.*-config$)/.test(path)) {
    const names = Object.keys(value['data'] ?? {});
    return { ...value, data: Object.fromEntries(names.map((name) => [name, '<random>'])) };
  }
  if (!path.startsWith('TeamworkProxy/')) return value;
  const { status } = value as Proxy;
  const certificates = status?.certificates?.map((certificate) => ({
    ...certificate,
    fingerprint: undefined,
    notAfter: undefined,
  }));
  return { ...value, status: { ...status, certificates } };
}

const ABOUT_PODS: ReadonlySet<string> = new Set(['Programmed', 'BackendsHealthy', 'Ready']);

function withoutReplicas(path: string, value: Loose): Loose {
  const { spec, status } = value as { readonly spec?: Loose; readonly status?: Loose };
  if (path.startsWith('Deployment/')) return { ...value, spec: { ...spec, replicas: undefined } };
  if (path.startsWith('TeamworkProxy/'))
    return { ...value, status: { ...status, dataPlane: undefined, conditions: undefined } };
  return value;
}
