import type { AdminView } from '../admin/server.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ProxyPhase, ProxyStatus, RejectedConfig } from '../config/status.ts';
import { ConfigWatcher } from '../config/watch.ts';
import { makeHashKey } from '../http/policies/rate-limit/rate-limits.ts';
import type { Logger } from '../log/log.ts';
import type { MetricsSnapshot } from '../metrics/snapshot.ts';
import { TicketKeys } from '../tls/ticket-keys.ts';
import { HealthChecks } from '../upstream/checks/health-checks.ts';
import { lookupAll } from '../upstream/resolver.ts';
import type { Command, WorkerMessage } from './messages.ts';
import { Rollout } from './rollout.ts';
import { summarize } from './status.ts';
import { SupervisorMetrics } from './supervisor-metrics.ts';
import type { WorkerHandle } from './worker-handle.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerEnd } from './worker-pool.ts';

export interface SupervisorOptions {
  readonly configFile: string;
  readonly workers: number;
  readonly log: Logger;
}

export interface DrainOptions {
  /** Milliseconds for which connections are still accepted, until nobody sends any. */
  readonly delay: number;
  /** Milliseconds that open connections may live on after that. */
  readonly timeout: number;
  /** Go on accepting until nothing has been open for the delay: whoever sends clients here does so as long as there is a proxy. */
  readonly untilUnused: boolean;
}

/**
 * How long before the end of a drain it says that it does not serve any more, to those who go by that alone, so that new clients are
 * elsewhere by then. Kubernetes needs a few failed probes to believe it. Milliseconds.
 */
const HANDOVER = 30_000;

/** How long a worker may take to answer somebody who waits for it. Milliseconds. */
const ANSWER_TIMEOUT = 1000;
/** How long workers may take to end after everything of theirs had to be closed. Milliseconds. */
const END_TIMEOUT = 2000;

/** The one process that reads files and is asked how things are; the workers carry the traffic. */
export class Supervisor implements AdminView {
  readonly #log: Logger;
  readonly #options: SupervisorOptions;
  readonly #pool: WorkerPool;
  readonly #rollout: Rollout<WorkerHandle>;
  readonly #metrics = new SupervisorMetrics();
  /** Done here, so that the servers are asked once and all workers go by the same answer. */
  readonly #checks = new HealthChecks({
    lookup: lookupAll,
    random: Math.random,
    onResult: (checked) => this.#metrics.checked(checked),
    onChange: () => this.#pool.broadcast(this.#verdicts()),
  });
  /** Shared by all workers and kept across reloads, so that a client can resume its session anywhere. */
  readonly #ticketKeys = new TicketKeys({
    onChange: (ticketKeys) => this.#pool.broadcast({ type: 'TicketKeys', ticketKeys }),
  });
  /** What all workers hash the clients of rate limits with, so that they can tell each other of them. */
  readonly #rateKey = makeHashKey();
  readonly #ended = Promise.withResolvers<void>();
  #watcher: ConfigWatcher | null = null;
  /** What workers are sent, in its order. */
  #applying: Promise<void> = Promise.resolve();
  #draining = false;
  #handedOver = false;
  /** What is being waited for while it drains until it is unused; null otherwise. */
  #quiet: number | null = null;

  constructor(options: SupervisorOptions) {
    const { workers: count, log } = options;
    this.#options = options;
    this.#log = log;
    this.#pool = new WorkerPool({
      count,
      log,
      onMessage: (worker, message) => this.#message(worker, message),
      onEnd: (worker, ended) => this.#workerEnded(worker, ended),
    });
    this.#rollout = new Rollout<WorkerHandle>({
      workers: () => this.#pool.workers,
      apply: (worker, loaded) => {
        this.#applying = this.#applying.then(async () => this.#apply(worker, loaded));
      },
      onServed: (loaded) => this.#served(loaded),
      onRejected: (rejected) => this.#rejected(rejected),
    });
  }

  start(): void {
    this.#pool.start();
    this.#watcher = new ConfigWatcher({
      file: this.#options.configFile,
      onResult: (result) => this.#rollout.take(result),
    });
  }

  /** Lets connections end, as far as they do in time; resolves when every worker has ended. */
  async drain({ delay, timeout, untilUnused }: DrainOptions): Promise<void> {
    this.#draining = true;
    this.#pool.stopHolding();
    this.#log.info('draining', { delayMs: delay, timeoutMs: timeout, untilUnused });
    this.#watcher?.stop();
    this.#pool.broadcast({ type: 'Drain' });
    const stop = untilUnused
      ? this.#stopWhenUnused(delay, delay + timeout - HANDOVER)
      : setTimeout(() => this.#stopAccepting(timeout), delay);
    const end = setTimeout(() => this.end(), delay + timeout);
    await this.#ended.promise;
    clearTimeout(stop);
    clearTimeout(end);
    this.#checks.stop();
    this.#ticketKeys.stop();
    this.#pool.stop();
  }

  #stopAccepting(limit: number): void {
    this.#log.info('no longer accepting connections');
    this.#handedOver = true;
    this.#pool.stopReplacing();
    this.#pool.broadcast({ type: 'StopAccepting', limit });
    this.#endIfEmpty();
  }

  #stopWhenUnused(quiet: number, handover: number): NodeJS.Timeout {
    this.#pool.stopReplacing();
    this.#quiet = quiet;
    this.#pool.broadcast({ type: 'StopWhenUnused', quiet });
    this.#endIfEmpty();
    return setTimeout(
      () => {
        this.#handedOver = true;
      },
      Math.max(0, handover),
    );
  }

  /** Ends every connection and every worker. */
  end(): void {
    this.#pool.stopReplacing();
    this.#pool.broadcast({ type: 'End' });
    setTimeout(() => this.#pool.kill(), END_TIMEOUT).unref();
    this.#endIfEmpty();
  }

  unhealthy(): string | null {
    return this.#pool.workers.some(({ ready }) => ready) || this.#draining ? null : 'no worker is running';
  }

  notServing(): string | null {
    if (this.#handedOver) {
      return 'about to end';
    }
    return this.#rollout.served === null ? 'no configuration is served yet' : this.unhealthy();
  }

  async status(): Promise<ProxyStatus> {
    await this.#pool.reports(ANSWER_TIMEOUT);
    const { served, rejected } = this.#rollout;
    return summarize({ phase: this.#phase(), served, rejected, workers: this.#pool.workers });
  }

  async metrics(): Promise<MetricsSnapshot> {
    const reports = await this.#pool.reports(ANSWER_TIMEOUT);
    return this.#metrics.snapshot(
      reports.map(({ metrics }) => metrics),
      this.#checks.verdicts(),
    );
  }

  #phase(): ProxyPhase {
    if (this.#draining) {
      return 'Draining';
    }
    return this.#rollout.served === null ? 'Starting' : 'Serving';
  }

  #message(worker: WorkerHandle, message: WorkerMessage): void {
    switch (message.type) {
      case 'Ready':
        worker.send(this.#verdicts());
        this.#rollout.workerReady(worker);
        if (this.#draining) {
          worker.send({ type: 'Drain' });
        }
        if (this.#quiet !== null) {
          worker.send({ type: 'StopWhenUnused', quiet: this.#quiet });
        }
        return;
      case 'Applied':
        this.#rollout.workerApplied();
        return;
      case 'Refused':
        this.#rollout.workerRefused(message.digest, message.message);
        return;
      case 'Spent':
        this.#pool.broadcast({ type: 'SpentElsewhere', spent: message.spent }, worker);
        return;
      case 'Report':
    }
  }

  #workerEnded(worker: WorkerHandle, { reason, replacedIn }: WorkerEnd): void {
    this.#metrics.workerEnded(worker.report?.metrics ?? [], replacedIn !== null);
    if (replacedIn === null) {
      this.#endIfEmpty();
      return;
    }
    this.#log.error('worker ended, its connections are lost', {
      worker: worker.pid,
      reason,
      replacedInMs: replacedIn,
    });
    this.#rollout.workerEnded(worker);
  }

  async #apply(worker: WorkerHandle, loaded: LoadedConfig): Promise<void> {
    await this.#pool.beforeListening(loaded.config.frontends);
    worker.send({ type: 'Apply', loaded, ticketKeys: this.#ticketKeys.current, rateKey: this.#rateKey });
  }

  #served(loaded: LoadedConfig): void {
    const { hash, config, certificates } = loaded;
    this.#metrics.served(certificates);
    this.#checks.apply(loaded);
    this.#log.info('configuration served', { configHash: hash, frontends: config.frontends.length });
    void this.#logFailedFrontends();
  }

  #verdicts(): Command {
    return { type: 'Checked', servers: this.#checks.verdicts() };
  }

  async #logFailedFrontends(): Promise<void> {
    const { frontends } = await this.status();
    for (const { name, state, message } of frontends) {
      if (state === 'Failed') {
        this.#log.error('frontend is not listened on; it is tried again', {
          frontend: name,
          reason: message,
        });
      }
    }
  }

  #rejected(rejected: RejectedConfig): void {
    const { kind, configHash, errors } = rejected;
    this.#metrics.rejected(kind);
    const fields = { configHash, errors, served: this.#rollout.served?.hash ?? null };
    if (kind === 'Invalid') {
      this.#log.error('configuration refused', fields);
    } else {
      this.#log.warn('configuration waits for its files', fields);
    }
  }

  #endIfEmpty(): void {
    if (this.#pool.workers.length === 0) {
      this.#ended.resolve();
    }
  }
}
