/**
 * Makes the test data of the health check for Argo CD from what the last runs of the integration and e2e tests have had the operator write,
 * one file for each state with its reason: `node test/chart/update-health-tests.ts`. Look at the changes before they are committed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import type { TeamworkProxy } from '../../operator/api/resource.ts';
import { keptStatuses } from '../support/written-statuses.ts';
import { assess, customization, wantedHealth } from './health.ts';
import type { Assessed } from './health.ts';

const folder = join(customization, 'testdata');
const format = { noRefs: true, lineWidth: -1 } as const;

/** Without what the health does not depend on. */
function trim({ apiVersion, kind, metadata, status }: TeamworkProxy): Assessed {
  const { name, namespace, generation } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, generation },
    ...(status === undefined ? {} : { status }),
  };
}

/** Name of the file for a resource: its state, and the reason of that with the condition it comes from. */
function fileName(proxy: Assessed): string {
  const wanted = wantedHealth(proxy);
  if (wanted === 'Progressing') return 'progressing_formerGeneration';
  const conditions = proxy.status?.conditions ?? [];
  const cause = conditions.find(({ message }) => message === wanted.message);
  return `${wanted.status.toLowerCase()}_${lowerFirst(`${cause?.type}${cause?.reason}`)}`;
}

function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

const files = new Map(
  readdirSync(folder).map((file) => [file, load(readFileSync(join(folder, file), 'utf8')) as Assessed]),
);
for (const proxy of ['control-plane', 'cluster'].flatMap(keptStatuses)) {
  const file = `${fileName(trim(proxy))}.yaml`;
  if (!files.has(file)) files.set(file, trim(proxy));
}
const [some] = files.values();
if (some === undefined)
  throw new Error('There is no status yet: run the integration and the e2e tests first.');
const { status: _, ...unseen } = some;
if (!files.has('progressing_noStatus.yaml')) files.set('progressing_noStatus.yaml', unseen);

const tests: object[] = [];
for (const [file, proxy] of [...files].toSorted(([a], [b]) => a.localeCompare(b))) {
  writeFileSync(join(folder, file), dump(proxy, format));
  tests.push({ healthStatus: await assess(proxy), inputPath: `testdata/${file}` });
}
writeFileSync(join(customization, 'health_test.yaml'), dump({ tests }, format));
