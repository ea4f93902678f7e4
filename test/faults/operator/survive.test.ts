import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type FaultsCluster, openFaultsCluster } from './cluster.ts';
import { ourOperator } from './our-operator.ts';
import { OURS, OUR_KILLED, writeReport } from './report.ts';
import type { Plan } from './plans.ts';
import { ourProcess } from './subject.ts';
import { tryAll } from './try-all.ts';

/** How many plans are tried: a number, or `all`. There are 39 kinds of faults, so this is one of each. */
const PLANS = process.env['PLANS'] ?? '39';

/** How many of these are processes that are killed, which take longer to start. */
const KILLED = 6;

/** Only plans whose names this matches, if it is given. */
const LIKE = new RegExp(process.env['PLANS_LIKE'] ?? '', 'i');

/** A bound for what hangs; all plans take hours on a slow machine. */
const TIMEOUT_MS = (PLANS === 'all' ? 8 : 1) * 3_600_000;

/** How many are tried at a time. */
const PARALLEL = Number(process.env['PARALLEL'] ?? '8');

const CONTENDER = {
  name: OURS,
  subject: ourOperator(),
  withClock: ourOperator,
};

let cluster: FaultsCluster;

beforeAll(async () => {
  cluster = await openFaultsCluster();
}, 120_000);

afterAll(async () => {
  await cluster?.close();
});

it(
  'survives every fault that it is tried with',
  async () => {
    const trial = await tryAll(CONTENDER, cluster, {
      parallel: PARALLEL,
      isWanted: ({ id }) => LIKE.test(id),
      ...(PLANS !== 'all' && { count: Number(PLANS) }),
    });

    const { failures, writesAfterQuiet } = writeReport(OURS, trial);
    expect(failures).toEqual([]);
    expect(writesAfterQuiet).toBe(0);
  },
  TIMEOUT_MS,
);

it(
  'survives being killed as a process, at writes and between them',
  async () => {
    const contender = { name: OUR_KILLED, subject: ourProcess };
    const isWanted = (plan: Plan) =>
      (plan.kind === 'Restart' || /^write \d+: Crash/.test(plan.id)) && LIKE.test(plan.id);
    const choice = PLANS === 'all' ? { isWanted } : { isWanted, count: KILLED };
    const trial = await tryAll(contender, cluster, { ...choice, parallel: Math.min(PARALLEL, 6) });

    const { failures, writesAfterQuiet } = writeReport(OUR_KILLED, trial);
    expect(failures).toEqual([]);
    expect(writesAfterQuiet).toBe(0);
  },
  TIMEOUT_MS,
);
