/**
 * How many of the plans of faults ours and the baselines survive: `node test/faults/baselines/main.ts`. Settings in the environment:
 * FAULT_PLANS=<n> of each operator's plans (60), spread evenly over all kinds; FAULT_KINDS=<regular expression> only plans whose names it
 * matches; PARALLEL=<n> at a time (3); BASELINES_ONLY=<text> operators that have that text in their name.
 */
import { print } from '../../cluster/process/progress.ts';
import setup from '../../integration/setup.ts';
import teardown from '../../integration/teardown.ts';
import { openFaultsCluster } from '../operator/cluster.ts';
import type { Plan } from '../operator/plans.ts';
import { writeReport } from '../operator/report.ts';
import type { SubjectReport } from '../operator/report.ts';
import { ourProcess } from '../operator/subject.ts';
import { tryAll } from '../operator/try-all.ts';
import type { Pace } from '../operator/try-plan.ts';
import { tryPlan } from '../operator/try-plan.ts';
import { dotI, informer, installBaselines } from './subjects.ts';

/** All as processes, and all with time as it is, so that none has an advantage. */
const SUBJECTS = [ourProcess, informer, dotI];

/** People wait between their steps: without that the others fail without any fault, and nothing could be told of faults. */
const PACE: Pace = { calmMs: 3000, timeoutMs: 45_000 };

/** Runs without any fault, at the pace of the others: what is wrong in these is not due to a fault. */
const CONTROLS: readonly Plan[] = [1, 2, 3].map((run) => ({
  id: `no fault ${run}`,
  kind: 'Restart',
  step: -1,
}));

interface Row extends SubjectReport {
  readonly controls: string;
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const count = Number(env['FAULT_PLANS'] ?? 60);
  const only = env['BASELINES_ONLY'] ?? '';
  const kinds = new RegExp(env['FAULT_KINDS'] ?? '', 'i');
  // Each is a process on a host of two cores, perhaps.
  const parallel = Number(env['PARALLEL'] ?? 3);
  const choice = { count, parallel, isWanted: ({ id }: Plan) => kinds.test(id) };
  await installBaselines();
  await setup();
  const cluster = await openFaultsCluster();
  const rows: Row[] = [];
  try {
    for (const subject of SUBJECTS.filter(({ name }) => name.includes(only))) {
      const contender = { name: subject.name, subject, pace: PACE };
      const trial = await tryAll(contender, cluster, choice);
      const controls = await Promise.all(
        CONTROLS.map(async (plan) => tryPlan(plan, contender, { cluster, ...trial })),
      );
      const passed = controls.filter(({ problems }) => problems.length === 0).length;
      rows.push({ ...writeReport(subject.name, trial), controls: `${passed} of ${controls.length}` });
    }
  } finally {
    await cluster.close();
    await teardown();
  }
  process.stdout.write(`${table(rows)}\n`);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, plans, survived, writesAfterQuiet, controls, all }) =>
      `| ${name} | ${survived} of ${plans} | ${controls} | ${all} | ${writesAfterQuiet} |`,
  );
  const head = '| Operator | survived | without a fault | plans there are | writes at rest |';
  return [head, '|---|---:|---:|---:|---:|', ...lines].join('\n');
}

try {
  await main(process.env);
} catch (error) {
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
