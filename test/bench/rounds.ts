import { print } from '../cluster/process/progress.ts';
import { cpuTicks } from './process-tree.ts';
import { type Spread, spreadOf } from './statistics.ts';
import type { CandidateName, RunningCandidate, Work } from './types.ts';

/** What one candidate did in one round. */
export interface Sample {
  /** CPU seconds of the candidate per unit of work. */
  readonly cost: number;
  /** Units per second. */
  readonly rate: number;
  /** Share of its core that the candidate used. */
  readonly utilisation: number;
  /** Share of connections that resumed a TLS session; null where none could. */
  readonly resumed: number | null;
}

/** All candidates, measured one right after the other. */
export type Round = Readonly<Record<CandidateName, Sample>>;

export interface RoundOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly ticksPerSecond: number;
}

export interface WorkResult {
  readonly work: Work;
  readonly rounds: readonly Round[];
}

/** Rounds that may be rejected before the work counts as failed. */
const MAX_REJECTED = 3;

/**
 * Measures one kind of work: every candidate in each round, in an order that is reversed from round to round, so that what the host does
 * meanwhile meets all of them alike. A round in which anything went wrong is rejected and repeated.
 *
 * @throws if too many rounds are rejected
 */
export async function measure(
  work: Work,
  candidates: readonly RunningCandidate[],
  options: RoundOptions,
): Promise<WorkResult> {
  for (const candidate of candidates) {
    await work.load(candidate, options.warmUpSeconds);
  }
  const rounds: Round[] = [];
  for (let rejected = 0; rounds.length < options.rounds;) {
    const order = (rounds.length + rejected) % 2 === 0 ? candidates : candidates.toReversed();
    const round = await measureRound(work, order, options);
    if ('fault' in round) {
      rejected += 1;
      print(`  a round is rejected: ${round.fault}`);
      if (rejected > MAX_REJECTED) {
        throw new Error(`${work.name}: ${rejected} rounds had errors; the last: ${round.fault}`);
      }
    } else {
      rounds.push(round.samples);
    }
  }
  return { work, rounds };
}

/** The cost of one candidate, as a multiple of that of another in the same round. */
export function ratio(rounds: readonly Round[], of: CandidateName, to: CandidateName): Spread {
  return spreadOf(rounds.map((round) => round[of].cost / round[to].cost));
}

async function measureRound(
  work: Work,
  order: readonly RunningCandidate[],
  options: RoundOptions,
): Promise<{ readonly samples: Round } | { readonly fault: string }> {
  const samples = new Map<CandidateName, Sample>();
  for (const candidate of order) {
    const sample = await sampleOf(work, candidate, options);
    if ('fault' in sample) {
      return sample;
    }
    samples.set(candidate.name, sample);
  }
  return { samples: Object.fromEntries(samples) as Round };
}

/** Keeps a candidate busy for a while, and tells what that has cost, or what went wrong. */
export async function sampleOf(
  work: Work,
  candidate: RunningCandidate,
  options: Pick<RoundOptions, 'seconds' | 'ticksPerSecond'>,
): Promise<Sample | { readonly fault: string }> {
  const before = cpuTicks(candidate.pid);
  const { errors, units, seconds, resumed } = await work.load(candidate, options.seconds);
  const cpuSeconds = (cpuTicks(candidate.pid) - before) / options.ticksPerSecond;
  if (errors > 0 || units === 0 || cpuSeconds <= 0) {
    return { fault: `${candidate.name} had ${errors} errors in ${units} units` };
  }
  return {
    cost: cpuSeconds / units,
    rate: units / seconds,
    utilisation: cpuSeconds / seconds,
    resumed: resumed === undefined ? null : resumed / units,
  };
}
