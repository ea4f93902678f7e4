import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../../operator/kube/clock.ts';
import { PacedClock } from '../../support/paced-clock.ts';
import { type Armed, arm } from './arm.ts';
import type { FaultsCluster } from './cluster.ts';
import { oracles } from './oracles.ts';
import type { Plan } from './plans.ts';
import type { Reference } from './reference.ts';
import { type Goal, Run } from './run.ts';
import { STEPS } from './scenario.ts';
import type { Subject } from './subject.ts';
import { differences } from './world.ts';

/** An operator, and what its clock is like. */
export interface Contender {
  readonly name: string;
  readonly subject: Subject;
  /** The same by another clock, if it can be given one: for plans that are about long waits. */
  readonly withClock?: (clock: Clock) => Subject;
  /** How it is treated; if left out, people go on as soon as a step is reached, and what hangs is given minutes. */
  readonly pace?: Pace;
}

export interface Pace {
  /** People go on when all has been quiet for so long after a step. Milliseconds. */
  readonly calmMs: number;
  /** How long a step may take when faults are over. Milliseconds. */
  readonly timeoutMs: number;
}

export interface Verdict {
  readonly plan: string;
  /** Whether the fault came about; in runs that go otherwise than the one it was taken from it may not. */
  readonly happened: boolean;
  /** What was wrong, by name of the oracle; empty if the plan was survived. */
  readonly problems: readonly string[];
  readonly writesAfterQuiet: number;
  /** What the operator said last, if the plan was not survived. */
  readonly output: readonly string[];
}

/** Without help a fault that is over is overcome in this time; then watches are told that they must list anew, as every watch is some day. */
const GRACE_MS = 2500;
/** A bound for what hangs, not a measure of speed: the host may be busy with other things. */
const PACE: Pace = { calmMs: 0, timeoutMs: 180_000 };

/** All is taken to be over when nothing has changed for so long: watches that were interrupted come back in less. */
const CALM_MS = 4000;

/** From then on nothing may be written for so long. */
const QUIET_MS = 2000;

/** For how long the past is shown. */
const PAST_MS = 1500;

const AWAY_MS = 600_000;

/** How long the server is away for an operator whose clock is the real one. */
const SHORT_AWAY_MS = 20_000;

/** How many times as fast a clock runs while the server is away; and while a request, half a minute, or a watch, three minutes, is waited for. */
const AWAY_PACE = 20;
const PATIENCE_PACE = 10;

export async function tryPlan(
  plan: Plan,
  contender: Contender,
  { cluster, reference }: { readonly cluster: FaultsCluster; readonly reference: Reference },
): Promise<Verdict> {
  const clock = contender.withClock === undefined ? undefined : new PacedClock();
  const subject = clock === undefined ? undefined : contender.withClock?.(clock);
  const run = await Run.open(cluster, subject ?? contender.subject);
  try {
    return await new Attempt({ plan, run, reference, clock, pace: contender.pace ?? PACE }).judge();
  } finally {
    await run.close();
  }
}

/** Whether it is for the operator alone to find out that nothing comes any more. */
function isPatient(plan: Plan): boolean {
  if (plan.kind === 'Event') return plan.fault.kind === 'Stall';
  return 'fault' in plan && plan.fault === 'Hang';
}

/** Whether it may be that something has not arrived yet when all is as it has to be. */
function isHeldBack(plan: Plan): boolean {
  return plan.kind === 'Event' && ['Hold', 'Merge', 'Stall'].includes(plan.fault.kind);
}

interface Setup {
  readonly plan: Plan;
  readonly run: Run;
  readonly reference: Reference;
  /** The operator's clock, unless that is the real one. */
  readonly clock: PacedClock | undefined;
  readonly pace: Pace;
}

class Attempt {
  readonly #plan: Plan;
  readonly #run: Run;
  readonly #reference: Reference;
  readonly #armed: Armed;
  readonly #clock: PacedClock | undefined;
  readonly #pace: Pace;
  readonly #problems: string[] = [];
  /** The moment at which the resource that is there at the end was made. */
  #lastStepBegan = 0;
  /** Resolves when the API server is there again. */
  #away: Promise<void> = Promise.resolve();

  constructor({ plan, run, reference, clock, pace }: Setup) {
    this.#plan = plan;
    this.#run = run;
    this.#reference = reference;
    this.#clock = clock;
    this.#pace = pace;
    this.#armed = arm(plan, run, () => {
      if (isPatient(plan)) clock?.run(PATIENCE_PACE);
    });
  }

  async judge(): Promise<Verdict> {
    const run = this.#run;
    await run.start();
    for (const [index, step] of STEPS.entries()) {
      await this.#sendAway(index);
      this.#lastStepBegan = run.proxy.moment;
      await step.act(run.stage);
      if (this.#plan.kind === 'Delete') {
        if (await this.#isDeleted(index)) return this.#judgeDeletion();
        continue;
      }
      if (!(await this.#reaches(index))) break;
      if (this.#plan.kind === 'Restart' && this.#plan.step === index) await run.crash();
    }
    if (this.#problems.length === 0 && this.#plan.kind === 'Travel') await this.#travel(this.#plan);
    return this.#verdict(await this.#afterQuiet());
  }

  #goal(index: number): Goal {
    const { worlds, masks } = this.#reference;
    return { world: worlds[index] ?? new Map(), masks };
  }

  async #reaches(index: number): Promise<boolean> {
    await this.#away;
    const goal = this.#goal(index);
    // Clocks go on hurrying: after ten minutes without a server, watches are tried again once a minute at most.
    const grace = isPatient(this.#plan) || this.#plan.kind === 'Away' ? this.#pace.timeoutMs : GRACE_MS;
    const isReached = await this.#run.reaches(goal, grace);
    this.#clock?.run(1);
    if (isReached) return this.#calmsDown();
    // On a busy host the fault may come later than that.
    await this.#run.reaches(goal, this.#pace.timeoutMs, () => this.#armed.happened);
    if (this.#armed.happened) this.#run.proxy.heal();
    if (await this.#run.reaches(goal, this.#pace.timeoutMs)) return this.#calmsDown();
    const found = differences(goal.world, this.#run.world, goal.masks);
    this.#problems.push(`endState: after "${STEPS[index]?.name}": ${found.slice(0, 5).join('; ')}`);
    return false;
  }

  /** People may have the patience to wait until the operator has nothing to do any more. */
  async #calmsDown(): Promise<boolean> {
    const { calmMs, timeoutMs } = this.#pace;
    if (calmMs > 0) await this.#run.quiet(calmMs, timeoutMs);
    return true;
  }

  /** Requests of the operator come to nothing while people go on. */
  async #sendAway(index: number): Promise<void> {
    const plan = this.#plan;
    if (plan.kind !== 'Away' || plan.step !== index) return;
    const { proxy } = this.#run;
    if (plan.how === 'Refuse') await proxy.refuse();
    const takeOut =
      plan.how === 'Reset' ? proxy.inject({ matches: () => true, fault: { kind: 'Reset' } }) : undefined;
    const before = proxy.requests.length;
    this.#clock?.run(AWAY_PACE);
    const end = pause(this.#clock === undefined ? SHORT_AWAY_MS : AWAY_MS / AWAY_PACE).then(async () => {
      const asked = proxy.requests.length - before;
      this.#problems.push(...oracles.boundedRate(asked, AWAY_MS));
      if (takeOut === undefined) await proxy.listen();
      else takeOut();
    });
    this.#away = end;
  }

  async #travel({ part, crash }: Extract<Plan, { kind: 'Travel' }>): Promise<void> {
    const run = this.#run;
    await run.quiet(CALM_MS, this.#pace.timeoutMs);
    const before = run.version;
    const moment = Math.ceil(part * run.proxy.moment);
    if (crash) await run.kill();
    run.proxy.travel(moment);
    if (crash) await run.start();
    await pause(PAST_MS);
    // Watches are taken up one after the other: for a moment the resource is that of today, with what belonged to the former one.
    const isAllOfFormer = crash && moment <= this.#lastStepBegan;
    this.#problems.push(...oracles.untouched(before, run.version, isAllOfFormer));
    run.proxy.heal();
    await this.#reaches(STEPS.length - 1);
  }

  async #isDeleted(index: number): Promise<boolean> {
    await this.#run.reaches(this.#goal(index), this.#pace.timeoutMs, () => this.#armed.happened);
    return this.#armed.happened;
  }

  async #judgeDeletion(): Promise<Verdict> {
    const nothing = { world: new Map(), masks: new Set<string>() };
    if (!(await this.#run.reaches(nothing, this.#pace.timeoutMs)))
      this.#problems.push(`leavesNothing: ${[...this.#run.world.keys()].join(', ')}`);
    return this.#verdict(await this.#writesWhenQuiet());
  }

  /** How many writes there are when there is nothing to do any more. */
  async #afterQuiet(): Promise<number> {
    if (this.#problems.length > 0) return 0;
    if (isHeldBack(this.#plan)) this.#run.proxy.heal();
    const writes = await this.#writesWhenQuiet();
    const { world, masks } = this.#goal(STEPS.length - 1);
    this.#problems.push(...oracles.staysSo(differences(world, this.#run.world, masks)));
    this.#problems.push(...oracles.sameCounts(this.#reference.counts, this.#run.writes));
    return writes;
  }

  async #writesWhenQuiet(): Promise<number> {
    if (!(await this.#run.quiet(CALM_MS, this.#pace.timeoutMs)))
      this.#problems.push('noFurtherWrite: it never gets quiet');
    const before = this.#run.writes.length;
    await pause(QUIET_MS);
    const later = this.#run.writes.slice(before);
    this.#problems.push(...oracles.noFurtherWrite(later));
    return later.length;
  }

  #verdict(writesAfterQuiet: number): Verdict {
    const problems = this.#problems;
    return {
      plan: this.#plan.id,
      happened: this.#armed.happened,
      problems,
      writesAfterQuiet,
      output: problems.length === 0 ? [] : [...this.#run.output.slice(-30), this.#run.activity],
    };
  }
}
