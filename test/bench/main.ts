/**
 * What our proxy costs beside HAProxy and nginx: `node test/bench/main.ts`. Fails when something goes wrong, never because something is slow.
 * Settings in the environment: BENCH_QUICK=1 measures what matters most, briefly; BENCH_ONLY=<text> what has that text in its name;
 * BENCH_NODE=<path> runs ours with another Node; BENCH_RECORD=1 writes the table into docs/benchmarks.md.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../cluster/paths.ts';
import { print, step } from '../cluster/process/progress.ts';
import { run } from '../cluster/process/run.ts';
import { haproxy } from './candidates/haproxy.ts';
import { nginx } from './candidates/nginx.ts';
import { proxy } from './candidates/proxy.ts';
import { launchCandidate } from './launch.ts';
import { type Memory, measureMemory } from './memory.ts';
import { ticksPerSecond } from './process-tree.ts';
import { describeHost, record } from './record.ts';
import { measurePolicies } from './policies.ts';
import {
  markdownTable,
  memoryEntries,
  type OwnEntry,
  ownLine,
  policyEntry,
  type ReportEntry,
  workEntry,
} from './report.ts';
import { requireTools } from './requirements.ts';
import { measure } from './rounds.ts';
import { type RunningSite, startSite } from './site.ts';
import { compileTools } from './tools.ts';
import type { RunningCandidate, Work } from './types.ts';
import { WORKS } from './works.ts';

/** How long and how often. */
interface Plan {
  readonly quick: boolean;
  readonly only: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Idle connections and rounds of the memory rows. */
  readonly idleConnections: number;
  readonly memoryRounds: number;
}

const FULL = { rounds: 5, seconds: 2, warmUpSeconds: 2, idleConnections: 2_000, memoryRounds: 3 };
const QUICK = { rounds: 5, seconds: 1, warmUpSeconds: 2, idleConnections: 500, memoryRounds: 0 };

const CANDIDATES = [proxy, haproxy, nginx];

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const quick = env['BENCH_QUICK'] === '1';
  const plan: Plan = { quick, only: env['BENCH_ONLY'] ?? '', ...(quick ? QUICK : FULL) };
  await requireTools();
  await step('Compiling the load tools', compileTools);
  await step('Bundling', async () => run(process.execPath, ['build.ts'], { cwd: projectFolder }));

  const site = await startSite();
  let entries: readonly ReportEntry[];
  let own: readonly OwnEntry[];
  try {
    entries = [...(await measureWorks(site, plan)), ...(await measureMemories(site, plan))];
    own = await measureOwn(site, plan);
  } finally {
    await site.close();
  }
  if (entries.length + own.length === 0) {
    throw new Error(`nothing has "${plan.only}" in its name`);
  }
  await report(entries, own, env['BENCH_RECORD'] === '1');
}

async function measureWorks(site: RunningSite, plan: Plan): Promise<readonly ReportEntry[]> {
  const options = { ...plan, ticksPerSecond: await ticksPerSecond() };
  const candidates: RunningCandidate[] = [];
  for (const candidate of CANDIDATES) {
    candidates.push(await launchCandidate(candidate, site));
  }
  const entries: ReportEntry[] = [];
  for (const work of WORKS.filter((work) => isWanted(work, plan))) {
    const without = candidates.find(({ http2 }) => work.needsHttp2 && !http2);
    if (without !== undefined) {
      print(`${work.name}: left out, as ${without.name} does not offer HTTP/2`);
      continue;
    }
    const result = await step(work.name, async () => measure(work, candidates, options));
    entries.push(workEntry(result));
  }
  return entries;
}

async function measureMemories(site: RunningSite, plan: Plan): Promise<readonly ReportEntry[]> {
  const memories: Memory[] = [];
  if (plan.memoryRounds === 0 || !'memory'.includes(plan.only)) {
    return [];
  }
  await step(`Memory with ${plan.idleConnections} idle connections`, async () => {
    while (memories.length < plan.memoryRounds) {
      memories.push(await measureMemory(CANDIDATES, site, plan.idleConnections));
    }
  });
  return memoryEntries(memories);
}

async function measureOwn(site: RunningSite, plan: Plan): Promise<readonly OwnEntry[]> {
  if (plan.quick || !'policies'.includes(plan.only)) {
    return [];
  }
  const options = { ...plan, ticksPerSecond: await ticksPerSecond() };
  const spread = await step('Policies', async () => measurePolicies(site, options));
  return [policyEntry(spread, plan.rounds)];
}

function isWanted({ name, quick }: Work, plan: Plan): boolean {
  return plan.only === '' ? quick || !plan.quick : name.includes(plan.only);
}

async function report(
  entries: readonly ReportEntry[],
  own: readonly OwnEntry[],
  recorded: boolean,
): Promise<void> {
  const folder = join(projectFolder, 'build/reports');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bench.json'), `${JSON.stringify([...entries, ...own], null, 2)}\n`);

  const versions: Record<string, string> = {};
  for (const candidate of CANDIDATES) {
    versions[candidate.name] = await candidate.version();
  }
  const table = entries.length === 0 ? [] : [markdownTable(entries)];
  const parts = [describeHost(versions), ...table, ...own.map(ownLine)];
  const section = parts.join('\n\n');
  process.stdout.write(`${section}\n`);
  if (recorded) {
    await record(section);
  }
}

try {
  await main(process.env);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
