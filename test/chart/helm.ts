import { loadAll } from 'js-yaml';
import { locate } from '../cluster/binaries/locate.ts';
import { CommandError, run } from '../cluster/process/run.ts';
import { chartFolder } from './values-table.ts';

/** A Kubernetes object as the chart renders it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
  readonly subjects?: readonly object[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken?: boolean;
}

/** One rule of a Role or ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Renders the chart as `helm install operator --namespace operators` would with the given values, and returns its objects. */
export async function renderChart(
  values: object = {},
  namespace = 'operators',
): Promise<readonly Rendered[]> {
  const { stdout } = await helm('template', values, ['--namespace', namespace]);
  return (loadAll(stdout) as (Rendered | null)[]).filter((object) => object !== null);
}

/** The message with which Helm refuses the given values. */
export async function refusal(values: object): Promise<string> {
  try {
    await helm('template', values);
  } catch (error) {
    if (error instanceof CommandError) return error.output.stderr;
    throw error;
  }
  throw new Error(`Helm took ${JSON.stringify(values)}`);
}

/** What `helm install` prints. */
export async function notes(values: object = {}): Promise<string> {
  const { stdout } = await helm('install', values, ['--dry-run=client', '--hide-secret']);
  return stdout.slice(stdout.indexOf('NOTES:'));
}

/** What `helm lint` says. */
export async function lint(): Promise<string> {
  const { stdout } = await run(locate('helm'), ['lint', '--strict', chartFolder]);
  return stdout;
}

/** The only object of that kind. */
export function single(objects: readonly Rendered[], kind: string): Rendered {
  const found = objects.filter((object) => object.kind === kind);
  const [object] = found;
  if (object === undefined || found.length > 1)
    throw new Error(`there are ${found.length} objects of kind ${kind}`);
  return object;
}

async function helm(verb: string, values: object, options: readonly string[] = []): ReturnType<typeof run> {
  const args = ['operator', chartFolder, '--namespace', 'operators', '--values', '-', ...options];
  return run(locate('helm'), [verb, ...args], { input: JSON.stringify(values) });
}
