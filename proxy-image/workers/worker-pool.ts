import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { Logger } from '../log/log.ts';
import { sumOpen } from './elsewhere.ts';
import type { OpenElsewhere } from './elsewhere.ts';
import type { Command, WorkerMessage, WorkerReport } from './messages.ts';
import { HOLD_VARIABLE } from './holding.ts';
import type { Place } from './holding.ts';
import { PortHolder } from './port-holder.ts';
import type { HoldingProcess } from './port-holder.ts';
import { PortKeeper } from './port-keeper.ts';
import { WorkerHandle } from './worker-handle.ts';

export interface PoolOptions {
  readonly count: number;
  readonly log: Logger;
  readonly onMessage: (worker: WorkerHandle, message: WorkerMessage) => void;
  /** A worker has ended; `replacedIn` is null when it will not be replaced. */
  readonly onEnd: (worker: WorkerHandle, ended: WorkerEnd) => void;
}

export interface WorkerEnd {
  /** In words. */
  readonly reason: string;
  /** Milliseconds until it is replaced; null when it is not. */
  readonly replacedIn: number | null;
}

const LONGEST_DELAY = 10_000;
const FIRST_DELAY = 100;
/** A worker that has lived for so long did not end because of how it was started. Milliseconds. */
const STEADY = 60_000;
/** How often workers are asked for a report: their heartbeat. Milliseconds. */
const REPORT_INTERVAL = 500;

/** How long to wait before a worker is replaced: not at all at first, then twice as long each time until one lives for long. */
export function replaceDelay(previous: number | null, lived: number): number {
  if (previous === null || lived >= STEADY) {
    return 0;
  }
  return Math.min(Math.max(previous * 2, FIRST_DELAY), LONGEST_DELAY);
}

/** How long the only worker waits until its sockets are held, before it listens all the same. Milliseconds. */
const HOLD_TIMEOUT = 5000;

/** Keeps a number of worker processes alive. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Map<number, WorkerHandle>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  #delay: number | null = null;
  #replacing = true;
  readonly #ports = new PortKeeper();
  #heartbeat: NodeJS.Timeout | null = null;
  /** Is there from the beginning, so that sockets are held soon after they were opened. */
  #spareHolder: Worker | null = null;
  readonly #holder = new PortHolder((places) => this.#startHolding(places));

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  start(): void {
    // The listening sockets are shared and each worker accepts by itself: handing connections out costs twice as much.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.on('message', (worker: Worker, message: WorkerMessage) => this.#message(worker, message));
    cluster.on('exit', (worker: Worker, code: number | null, signal: string | null) =>
      this.#ended(worker, signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
    for (let index = 0; index < this.#options.count; index += 1) {
      this.#fork();
    }
    if (this.#options.count === 1) {
      this.#spareHolder = this.#forkHolder();
    }
    this.#heartbeat = setInterval(() => this.#beat(), REPORT_INTERVAL);
  }

  get workers(): readonly WorkerHandle[] {
    return [...this.#workers.values()];
  }

  /** Sends a command to all workers, but for one where it comes from that. */
  broadcast(command: Command, sender: WorkerHandle | null = null): void {
    for (const worker of this.#workers.values()) {
      if (worker !== sender) {
        worker.send(command);
      }
    }
  }

  /** A fresh report of each worker, or its last one where it does not answer in time. */
  async reports(timeout: number): Promise<readonly WorkerReport[]> {
    const reports = await Promise.all(this.workers.map(async (worker) => worker.ask(timeout)));
    return reports.filter((report) => report !== null);
  }

  /** To be called before a worker listens on these places: where there is but one, they are held first. */
  async beforeListening(places: readonly Place[]): Promise<void> {
    if (this.#options.count === 1) {
      await this.#holder.want(places);
    }
  }

  /** From now on clients are refused when no worker listens. */
  stopHolding(): void {
    this.#holder.stop();
    this.#spareHolder?.process.kill('SIGKILL');
    this.#spareHolder = null;
  }

  /** From now on a worker that ends is not replaced. */
  stopReplacing(): void {
    this.stopHolding();
    this.#replacing = false;
    for (const timer of this.#replacements) {
      clearTimeout(timer);
    }
    this.#replacements.clear();
  }

  kill(): void {
    for (const worker of this.#workers.values()) {
      worker.kill();
    }
  }

  stop(): void {
    clearInterval(this.#heartbeat ?? undefined);
  }

  #fork(): void {
    cluster.setupPrimary({ serialization: 'advanced', stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    const worker = cluster.fork();
    this.#workers.set(worker.id, new WorkerHandle(worker));
  }

  /** A process that waits for places to hold. */
  #forkHolder(): Worker {
    // Whatever goes wrong there, such as that the supervisor is gone, is of interest to nobody.
    cluster.setupPrimary({ serialization: 'advanced', stdio: ['pipe', 'ignore', 'ignore', 'ipc'] });
    const worker = cluster.fork({ [HOLD_VARIABLE]: 'yes' });
    worker.on('error', ignore);
    worker.process.stdin?.on('error', ignore);
    return worker;
  }

  #startHolding(places: readonly Place[]): HoldingProcess {
    const worker = this.#spareHolder ?? this.#forkHolder();
    this.#spareHolder = null;
    const { promise: settled, resolve } = Promise.withResolvers<void>();
    const holding = { settled, kill: (): void => void worker.process.kill('SIGKILL') };
    worker.once('message', () => {
      this.#options.log.debug('listening sockets are held', { process: worker.process.pid, places });
      resolve();
    });
    worker.once('exit', () => {
      this.#holder.ended(holding);
      resolve();
    });
    setTimeout(resolve, HOLD_TIMEOUT).unref();
    worker.send(places, ignore);
    return holding;
  }

  #message({ id }: Worker, message: WorkerMessage): void {
    const worker = this.#workers.get(id);
    if (worker !== undefined) {
      worker.note(message);
      this.#options.onMessage(worker, message);
    }
  }

  #ended({ id }: Worker, reason: string): void {
    const worker = this.#workers.get(id);
    if (worker === undefined) {
      return;
    }
    this.#workers.delete(id);
    this.#holder.reopened();
    if (!this.#replacing) {
      this.#options.onEnd(worker, { reason, replacedIn: null });
      return;
    }
    this.#delay = replaceDelay(this.#delay, performance.now() - worker.startedAt);
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      this.#fork();
    }, this.#delay);
    this.#replacements.add(timer);
    this.#options.onEnd(worker, { reason, replacedIn: this.#delay });
  }

  /** Keeps the reports fresh, acts on what they say, and ends a worker whose event loop stands still. */
  #beat(): void {
    void this.#ports.check(this.workers);
    const [only] = this.#workers.values();
    if (this.#options.count === 1 && only?.report) {
      this.#holder.opened(only.report.frontends);
    }
    for (const worker of this.#workers.values()) {
      if (worker.isStuck()) {
        worker.kill();
      } else if (worker.ready) {
        void worker.ask(REPORT_INTERVAL);
        if (this.#workers.size > 1) {
          worker.send({ type: 'OpenElsewhere', ...this.#openElsewhere(worker) });
        }
      }
    }
  }

  #openElsewhere(worker: WorkerHandle): OpenElsewhere {
    const others = this.workers.filter((other) => other !== worker);
    return sumOpen(others.flatMap(({ report }) => report ?? []));
  }
}

function ignore(): void {}
