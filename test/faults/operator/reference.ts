/** What a run without faults is like: what every other run is compared with. */
import type { FaultsCluster } from './cluster.ts';
import { type Counts, countsOf } from './ledger.ts';
import type { Recording } from './plans.ts';
import { recordingOf } from './requests.ts';
import { Run } from './run.ts';
import { STEPS } from './scenario.ts';
import type { Subject } from './subject.ts';
import { type Masks, type World, masksOf } from './world.ts';

export interface Reference {
  /** The world after each step. */
  readonly worlds: readonly World[];
  readonly masks: Masks;
  readonly counts: Counts;
  readonly recording: Recording;
}

const QUIET_MS = 4000;
/** One that works on every event by itself takes its time on a busy host. */
const TIMEOUT_MS = 300_000;

/** Two runs without faults; what they do not have in common is masked. */
export async function referenceOf(cluster: FaultsCluster, subject: Subject): Promise<Reference> {
  const [one, other] = await Promise.all([playWhole(cluster, subject), playWhole(cluster, subject)]);
  const masks = one.worlds.flatMap((world, step) => [...masksOf(world, other.worlds[step] ?? new Map())]);
  return { ...one, masks: new Set(masks) };
}

async function playWhole(cluster: FaultsCluster, subject: Subject): Promise<Omit<Reference, 'masks'>> {
  const run = await Run.open(cluster, subject);
  try {
    await run.start();
    const worlds: World[] = [];
    for (const step of STEPS) {
      const before = run.writes.length;
      await step.act(run.stage);
      // An operator may take long to begin; that is no rest.
      const hasBegun = await run.writesAfter(before, TIMEOUT_MS);
      if (!hasBegun) throw new Error(`${subject.name} does nothing after: ${step.name}`);
      const isQuiet = await run.quiet(QUIET_MS, TIMEOUT_MS);
      if (!isQuiet) throw new Error(`${subject.name} does not come to rest after: ${step.name}`);
      worlds.push(run.world);
    }
    return { worlds, counts: countsOf(run.writes), recording: recordingOf(run.proxy, STEPS.length) };
  } finally {
    await run.close();
  }
}
