import type { FaultsCluster } from './cluster.ts';
import { type Plan, allPlans, sample } from './plans.ts';
import { type Reference, referenceOf } from './reference.ts';
import { type Contender, type Verdict, tryPlan } from './try-plan.ts';

export interface Choice {
  /** How many plans at most; all if left out. */
  readonly count?: number;
  /** Which plans there are to choose from; all if left out. */
  readonly isWanted?: (plan: Plan) => boolean;
  /** How many are tried at a time, each in a namespace of its own. */
  readonly parallel: number;
}

export interface Trial {
  /** How many there would have been. */
  readonly all: number;
  readonly verdicts: readonly Verdict[];
  readonly reference: Reference;
}

const PROGRESS_EVERY = 20;

/** Runs without faults first, then tries the plans that are made of them; says on stderr how far it is. */
export async function tryAll(
  contender: Contender,
  cluster: FaultsCluster,
  { count, isWanted = () => true, parallel }: Choice,
): Promise<Trial> {
  const reference = await referenceOf(cluster, contender.subject);
  const all = allPlans(reference.recording).filter(isWanted);
  const plans = count === undefined ? all : sample(all, count);
  // Those that wait for long begin first.
  const queue = plans.toSorted((a, b) => Number(b.kind === 'Away') - Number(a.kind === 'Away'));
  const verdicts: Verdict[] = [];
  const began = performance.now();
  const work = async () => {
    for (let plan = queue.shift(); plan !== undefined; plan = queue.shift()) {
      const verdict = await tryPlan(plan, contender, { cluster, reference });
      verdicts.push(verdict);
      if (verdict.problems.length > 0)
        say(contender, `${plan.id}: ${verdict.problems.slice(0, 3).join('; ')}`);
      if (verdicts.length % PROGRESS_EVERY === 0) {
        const seconds = Math.round((performance.now() - began) / 1000);
        say(contender, `${verdicts.length} of ${plans.length} plans in ${seconds} s`);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { all: all.length, verdicts, reference };
}

function say({ name }: Contender, text: string): void {
  process.stderr.write(`${name}: ${text}\n`);
}
