import { randomUUID } from 'node:crypto';
import { dump } from 'js-yaml';
import { renderConfigMap } from '../reconcile/render/data.ts';
import { podPaths } from '../reconcile/render/deployment.ts';
import { render as renderObjects } from '../reconcile/render/render.ts';
import type { Plan } from '../reconcile/plan/types.ts';
import { remarks } from '../standalone/report/remarks.ts';
import type { PlannedProxy } from '../standalone/plan-all.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { planManifests } from './plan-manifests.ts';
import { manifestSources, SOURCE_HELP, sourceOptions } from './sources.ts';

export const RENDER_HELP = `Usage: tproxy render [OPTIONS] FILE|FOLDER...

Prints what the operator makes of a TeamworkProxy: the configuration of its proxy as JSON, or all its Kubernetes objects as YAML. The
Secret among those holds the private keys.

${SOURCE_HELP}
  --name [NAMESPACE/]NAME which TeamworkProxy, if the manifests hold several
  --uid UID            metadata.uid that the resource has in a cluster: the keys of sticky cookies are made of it. Without it they are
                       random, and others each time
  --kubernetes         print the Kubernetes objects instead
  --image IMAGE        with --kubernetes: the proxy's image, unless spec.workload.image says it

Exit code: 0; 1 if the manifests are wrong; 64 for a wrong command line.
`;

const OPTIONS = {
  ...sourceOptions,
  name: { type: 'string' },
  uid: { type: 'string' },
  kubernetes: { type: 'boolean' },
  image: { type: 'string' },
} as const;

/** Prints what manifests become; gives the exit code. */
export async function render(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, OPTIONS);
  // Nothing that anybody could guess: what is printed may be put to use.
  const uid = values.uid ?? randomUUID();
  const planned = await planManifests(manifestSources(positionals, values.secret), uid);
  if (planned === null) return 1;
  const { plan } = choose(planned, values.name);
  if (values.uid === undefined && hasStickyCookies(plan)) process.stderr.write(`${RANDOM_KEYS}\n`);
  for (const remark of remarks(plan, new Map())) process.stderr.write(`${remark}\n`);
  process.stdout.write(
    values.kubernetes === true ? kubernetesObjects(plan, values.image) : configuration(plan),
  );
  return 0;
}

const RANDOM_KEYS =
  "note: the keys of sticky cookies are random, as they are made of the resource's uid in a cluster; give that with --uid";

function hasStickyCookies({ backends }: Plan): boolean {
  return backends.some(({ spec }) => spec.stickyCookie !== undefined);
}

function choose(planned: readonly PlannedProxy[], name: string | undefined): PlannedProxy {
  const found =
    name === undefined ? planned : planned.filter(({ id }) => id === name || id.endsWith(`/${name}`));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const all = planned.map(({ id }) => id).join(', ');
  throw new UsageError(
    only === undefined
      ? `--name ${name}: the manifests hold ${all}`
      : `the manifests hold ${all}; choose one with --name`,
  );
}

function configuration(plan: Plan): string {
  return renderConfigMap(plan).object.data?.[podPaths.configKey] ?? '';
}

function kubernetesObjects(plan: Plan, image: string | undefined): string {
  if (image === undefined && plan.proxy.spec.workload.image === undefined)
    throw new UsageError('--kubernetes needs --image, or spec.workload.image in the manifest');
  const documents = renderObjects(plan, { image: image ?? '' })
    .turns.flat()
    .map((object) => {
      // The owner is a resource that no cluster has; a cluster would delete whatever names it.
      const { ownerReferences: _, ...metadata } = object.metadata ?? {};
      return dump({ ...object, metadata }, { lineWidth: -1, noRefs: true });
    });
  return documents.map((document) => `---\n${document}`).join('');
}
