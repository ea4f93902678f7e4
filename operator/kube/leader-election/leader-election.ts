import { randomUUID } from 'node:crypto';
import { withTimeLimit } from '../abort.ts';
import { ApiError, isConflict } from '../client/errors.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { type Clock, type Random, sleep, systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { LEASES } from '../resources.ts';
import type { Lease, ObjectKey, OwnerReference } from '../types.ts';
import { type LeaseTimes, type ObservedLease, claim, giveBack, observe, standing } from './lease-record.ts';

/** What controller-runtime uses. */
const DEFAULT_TIMES: LeaseTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2000 };

/** Attempts are apart by the retry period and up to this part of it more, so that candidates do not run in step. */
const JITTER = 0.2;

const NOT_RENEWED = 'the Lease could not be renewed in time';

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  /** Namespace and name of the Lease. */
  readonly lease: ObjectKey;
  /** Who this process is, such as the name of its pod; what makes it unique is added. */
  readonly identity: string;
  /** What the Lease is to go with, in the same namespace; a Lease that is there already stays as it is. */
  readonly owner?: OwnerReference | undefined;
  readonly log: Logger;
  readonly times?: LeaseTimes;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Told of every change. */
  readonly onChange?: (isLeader: boolean) => void;
}

/** One process's part in an election: a candidate, then the leader until it loses or gives back the Lease, then nothing any more. */
export interface LeaderElection {
  /** True once this process is the leader; false if it was stopped before. */
  readonly acquired: Promise<boolean>;
  /** Fires when this process may not act as the leader any more; it has to end then. */
  readonly signal: AbortSignal;
  /** Whether it may act as the leader at this moment, even if a timer is late because the machine stood still. */
  isLeader(): boolean;
  /** Throws when this process is not the leader; with `signal`, what a client has to be bound to. */
  check(): void;
  start(): void;
  /** Gives the Lease back, so that another process need not wait for it to expire. */
  stop(): Promise<void>;
}

/** When the Lease was last renewed, by both clocks: one does not count the time that the machine was suspended, the other can jump. */
interface Renewal {
  readonly monotonic: number;
  readonly wall: number;
}

export function createLeaderElection(options: LeaderElectionOptions): LeaderElection {
  return new Election(options);
}

class Election implements LeaderElection {
  readonly #client: KubeClient;
  readonly #lease: ObjectKey;
  readonly #identity: string;
  readonly #owner: OwnerReference | undefined;
  readonly #log: Logger;
  readonly #times: LeaseTimes;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onChange: (isLeader: boolean) => void;
  readonly #acquired = Promise.withResolvers<boolean>();
  /** Fires when the lead is over. */
  readonly #over = new AbortController();
  /** Fires when there is nothing to attempt any more. */
  readonly #ending = new AbortController();
  #observed: ObservedLease | undefined;
  /** As this process wrote it last; undefined after an attempt that failed. */
  #written: Lease | undefined;
  /** Undefined for whoever is not the leader. */
  #renewal: Renewal | undefined;
  #cancelDeadline = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeaderElectionOptions) {
    const { client, lease, identity, log, times = DEFAULT_TIMES, clock = systemClock } = options;
    this.#client = client;
    this.#lease = lease;
    this.#identity = `${identity}_${randomUUID()}`;
    this.#owner = options.owner;
    this.#log = log.child({ lease: lease.name, identity: this.#identity });
    this.#times = times;
    this.#clock = clock;
    this.#random = options.random ?? Math.random;
    this.#onChange = options.onChange ?? (() => {});
  }

  get acquired(): Promise<boolean> {
    return this.#acquired.promise;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  isLeader(): boolean {
    if (this.#renewal === undefined) return false;
    const elapsed = Math.max(
      this.#clock.monotonic() - this.#renewal.monotonic,
      this.#clock.now() - this.#renewal.wall,
    );
    if (elapsed < this.#times.renewDeadline) return true;
    this.#lose(NOT_RENEWED);
    return false;
  }

  check(): void {
    if (!this.isLeader()) throw new Error('This process is not the leader');
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    const wasLeader = this.#renewal !== undefined;
    this.#lose('this process is ending');
    this.#ending.abort(new Error('The election is ending'));
    this.#acquired.resolve(false);
    await this.#running;
    if (wasLeader) await this.#release();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#attempt();
      await sleep(this.#clock, this.#times.retryPeriod * (1 + JITTER * this.#random()), signal);
    }
  }

  /** Acquires or renews the Lease if that is possible. */
  async #attempt(): Promise<void> {
    // Before the request: the server may have counted from then on.
    const began = { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
    // So short that a request on a dead connection leaves time for another attempt.
    const ms = this.#times.renewDeadline / 2;
    const limit = { clock: this.#clock, ms, reason: 'The attempt took too long' };
    try {
      const lease = await withTimeLimit(
        limit,
        [this.#ending.signal],
        async (signal) => (await this.#renewUnseen(signal)) ?? this.#claim(signal),
      );
      this.#written = lease;
      if (lease === undefined) this.#lose('another process holds the Lease');
      else this.#lead(began);
    } catch (error) {
      this.#written = undefined;
      if (this.#ending.signal.aborted) return;
      const level = isConflict(error) ? 'debug' : 'warn';
      this.#log[level]({ err: error }, 'The Lease could not be acquired or renewed; trying again');
    }
  }

  /**
   * Renews the Lease without a look at it first, as it is what this process wrote last unless somebody else has changed it, which the server
   * finds out. Undefined when there is nothing to renew, or it is refused.
   */
  async #renewUnseen(signal: AbortSignal): Promise<Lease | undefined> {
    if (this.#written === undefined) return undefined;
    try {
      return await this.#write(this.#written, signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return undefined;
    }
  }

  /** The Lease, now ours; undefined when it is another's. */
  async #claim(signal: AbortSignal): Promise<Lease | undefined> {
    const current = await this.#client.get(LEASES, this.#lease, { signal });
    if (current === undefined) {
      if (this.#mayBeHeldWithoutLease()) return undefined;
      const spec = this.#claimOver(undefined);
      const owner = this.#owner === undefined ? {} : { ownerReferences: [this.#owner] };
      const metadata = { ...this.#lease, ...owner };
      const created = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
      return this.#client.create(LEASES, created, { signal });
    }
    const now = this.#clock.monotonic();
    this.#observed = observe(this.#observed, current, now);
    if (standing(this.#observed, this.#identity, now) === 'Held') return undefined;
    return this.#write(current, signal);
  }

  async #write(before: Lease, signal: AbortSignal): Promise<Lease> {
    return this.#client.replace(LEASES, { ...before, spec: this.#claimOver(before) }, { signal });
  }

  #claimOver(before: Lease | undefined): NonNullable<Lease['spec']> {
    const renewal = { leaseDuration: this.#times.leaseDuration, now: new Date(this.#clock.now()) };
    return claim(before, this.#identity, renewal);
  }

  /** Whoever held a Lease that somebody has removed still leads until it finds out. */
  #mayBeHeldWithoutLease(): boolean {
    if (this.#observed === undefined) return false;
    return standing(this.#observed, this.#identity, this.#clock.monotonic()) === 'Held';
  }

  #lead(renewal: Renewal): void {
    if (this.#ending.signal.aborted) return;
    const wasLeader = this.#renewal !== undefined;
    this.#renewal = renewal;
    this.#cancelDeadline();
    this.#cancelDeadline = this.#clock.after(
      renewal.monotonic + this.#times.renewDeadline - this.#clock.monotonic(),
      // Without another look at the clock: a timer may be early by a part of a millisecond.
      () => this.#lose(NOT_RENEWED),
    );
    if (wasLeader) return;
    this.#log.info({}, 'This process is the leader');
    this.#onChange(true);
    this.#acquired.resolve(true);
  }

  /** Ends the lead, if there was one, for good. */
  #lose(why: string): void {
    if (this.#renewal === undefined) return;
    this.#renewal = undefined;
    this.#cancelDeadline();
    this.#ending.abort(new Error(`The lead is over: ${why}`));
    this.#log.info({ why }, 'This process is not the leader any more');
    this.#onChange(false);
    this.#over.abort(new Error(`This process is not the leader any more: ${why}`));
  }

  /** Best effort, and not for long: a Lease that is not given back expires. */
  async #release(): Promise<void> {
    const limit = {
      clock: this.#clock,
      ms: this.#times.renewDeadline,
      reason: 'Giving the Lease back took too long',
    };
    try {
      await withTimeLimit(limit, [], async (signal) => {
        const current = await this.#client.get(LEASES, this.#lease, { signal });
        if (current?.spec?.holderIdentity !== this.#identity) return;
        const spec = giveBack(current, new Date(this.#clock.now()));
        await this.#client.replace(LEASES, { ...current, spec }, { signal });
      });
    } catch (error) {
      this.#log.warn({ err: error }, 'The Lease could not be given back; it will expire');
    }
  }
}
