/** The cluster as far as an operator is answerable for it, in a form in which two runs can be compared. */
import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../../operator/kube/types.ts';

/** Objects by `Kind/name`, without what two runs never have in common. */
export type World = ReadonlyMap<string, unknown>;

/** Paths of fields, as `Kind/name` and names of fields joined by dots, in which runs without any fault differ. */
export type Masks = ReadonlySet<string>;

/**
 * @param objects of one namespace, with their kinds
 * @param namespace its name, which is another one in each run
 */
export function worldOf(objects: readonly KubernetesObject[], namespace: string): World {
  const proxies = objects.filter(({ kind }) => kind === 'TeamworkProxy');
  const living = new Set(proxies.map(({ metadata }) => metadata?.uid ?? ''));
  const entries = objects.map(
    (object) => [pathOf(object), normalize(object, { namespace, living })] as const,
  );
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Paths in which two worlds differ, each with what is expected and what is found. */
export function differences(expected: World, found: World, masks: Masks = new Set()): readonly string[] {
  const paths = new Set([...expected.keys(), ...found.keys()]);
  return [...paths].flatMap((path) => compare(expected.get(path), found.get(path), { path, masks }));
}

/** What has to be masked, from two runs without any fault. */
export function masksOf(one: World, other: World): Masks {
  return new Set(differences(one, other).map((difference) => difference.split(': ')[0] ?? ''));
}

function pathOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata?.name}`;
}

interface Context {
  readonly namespace: string;
  /** Uids of the TeamworkProxies that there are. */
  readonly living: ReadonlySet<string>;
}

/** Fields that the server and its controllers give. */
const GIVEN_METADATA = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields'];
const GIVEN_SPEC = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'];
const REVISION = 'deployment.kubernetes.io/revision';

interface Loose extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>> & {
    readonly ports?: readonly Readonly<Record<string, unknown>>[];
  };
  readonly status?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

function normalize(object: KubernetesObject, context: Context): unknown {
  const { metadata = {}, spec, status, data, ...rest } = object as Loose;
  const owners = metadata.ownerReferences?.map((owner) => ({
    ...owner,
    uid: context.living.has(owner.uid) ? 'living' : 'gone',
  }));
  const { [REVISION]: _, ...annotations } = metadata.annotations ?? {};
  const whole = {
    ...rest,
    metadata: {
      ...without(metadata, GIVEN_METADATA),
      annotations,
      ...(owners && { ownerReferences: owners }),
    },
    ...(spec && { spec: withoutGiven(spec) }),
    ...(data && { data: object.kind === 'Secret' ? hashed(data) : data }),
    // Of other kinds it is not for the operator to say.
    ...(object.kind === 'TeamworkProxy' && { status }),
  };
  return JSON.parse(neutral(JSON.stringify(whole), context));
}

function withoutGiven({ ports, ...spec }: NonNullable<Loose['spec']>): object {
  const own = without(spec, GIVEN_SPEC);
  return Array.isArray(ports)
    ? { ...own, ports: ports.map((port) => without(port, ['nodePort'])) }
    : { ...own, ...(ports && { ports }) };
}

/** Names of the namespace and of pods, and times, are others in each run. */
function neutral(text: string, { namespace }: Context): string {
  return text
    .replaceAll(namespace, '<namespace>')
    .replaceAll(/\b([a-z0-9-]+)-[0-9a-f]{8,10}-[a-z0-9]{5}\b/g, '$1-<pod>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>');
}

function hashed(data: Readonly<Record<string, string>>): object {
  const entries = Object.entries(data);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, createHash('sha256').update(value).digest('hex')]),
  );
}

function without(object: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

interface At {
  readonly path: string;
  readonly masks: Masks;
}

function compare(expected: unknown, found: unknown, { path, masks }: At): readonly string[] {
  if (masks.has(path)) return [];
  if (isObject(expected) && isObject(found)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
    return [...names].flatMap((name) =>
      compare(expected[name], found[name], { path: `${path}.${name}`, masks }),
    );
  }
  return expected === found ? [] : [`${path}: expected ${brief(expected)}, found ${brief(found)}`];
}

/** Lists are objects here, with positions for names. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function brief(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}
