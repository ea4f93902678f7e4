import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { RequestObserver } from './client/rest-client.ts';
import type { QueueObserver } from './work-queue.ts';

/** What the machinery counts, under the names that controller-runtime and client-go give it, so that their dashboards fit. */
export interface Metrics {
  /** What `/metrics` shows; others may add their own. */
  readonly registry: Registry;
  readonly request: RequestObserver;
  queue(name: string, state: () => QueueState): QueueObserver;
  controller(name: string, workers: number): ControllerObserver;
  /** Whether this process holds the Lease of that name. */
  leader(name: string, isLeader: boolean): void;
}

/** How a queue is at the moment; times in milliseconds. */
export interface QueueState {
  readonly depth: number;
  /** For how long each key that is being worked on has been. */
  readonly working: readonly number[];
}

/** What a pass ended with. */
export type Outcome = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface ControllerObserver {
  began(): void;
  ended(outcome: Outcome, ms: number): void;
}

const OUTCOMES: readonly Outcome[] = ['success', 'error', 'requeue', 'requeue_after'];

/** Seconds; a pass is some requests to the API server. */
const PASS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Seconds. */
const QUEUE_BUCKETS = [0.000_01, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** Adds CPU, memory and event loop of this process to a registry; it goes on to be observed, as long as the process lives. */
export function observeProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
}

/** Metrics in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server, by status, method and host.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  });
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this process is the leader: 1 or 0.',
    labelNames: ['name'],
    registers: [registry],
  });
  return {
    registry,
    request: (labels) => requests.inc(labels),
    queue: queueMetrics(registry),
    controller: controllerMetrics(registry),
    leader: (name, isLeader) => leader.set({ name }, isLeader ? 1 : 0),
  };
}

function queueMetrics(registry: Registry): Metrics['queue'] {
  const labelNames = ['name'] as const;
  const registers = [registry];
  const states = new Map<string, () => QueueState>();
  const gauge = (name: string, help: string, value: (state: QueueState) => number) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        for (const [queue, state] of states) this.set({ name: queue }, value(state()));
      },
    });
  gauge('workqueue_depth', 'Keys that wait for a worker.', ({ depth }) => depth);
  gauge(
    'workqueue_unfinished_work_seconds',
    'How long all keys that are being worked on have been, together.',
    ({ working }) => working.reduce((sum, ms) => sum + ms, 0) / 1000,
  );
  gauge(
    'workqueue_longest_running_processor_seconds',
    'How long the key that is worked on longest has been.',
    ({ working }) => Math.max(0, ...working) / 1000,
  );
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added.', labelNames, registers });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys retried.',
    labelNames,
    registers,
  });
  const waits = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long keys waited for a worker.',
    labelNames,
    registers,
    buckets: QUEUE_BUCKETS,
  });
  const works = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long keys were worked on.',
    labelNames,
    registers,
    buckets: QUEUE_BUCKETS,
  });
  return (name, state) => {
    states.set(name, state);
    return {
      added: () => adds.inc({ name }),
      taken: (waited) => waits.observe({ name }, waited / 1000),
      finished: (worked) => works.observe({ name }, worked / 1000),
      retried: () => retries.inc({ name }),
    };
  };
}

function controllerMetrics(registry: Registry): Metrics['controller'] {
  const labelNames = ['controller'] as const;
  const registers = [registry];
  const prefix = 'controller_runtime';
  const total = new Counter({
    name: `${prefix}_reconcile_total`,
    help: 'Passes, by what became of them.',
    labelNames: ['controller', 'result'],
    registers,
  });
  const errors = new Counter({
    name: `${prefix}_reconcile_errors_total`,
    help: 'Passes that failed.',
    labelNames,
    registers,
  });
  const time = new Histogram({
    name: `${prefix}_reconcile_time_seconds`,
    help: 'How long passes took.',
    labelNames,
    registers,
    buckets: PASS_BUCKETS,
  });
  const most = new Gauge({
    name: `${prefix}_max_concurrent_reconciles`,
    help: 'How many keys are worked on at a time at most.',
    labelNames,
    registers,
  });
  const active = new Gauge({
    name: `${prefix}_active_workers`,
    help: 'How many keys are being worked on.',
    labelNames,
    registers,
  });
  return (controller, workers) => {
    most.set({ controller }, workers);
    active.set({ controller }, 0);
    errors.inc({ controller }, 0);
    for (const result of OUTCOMES) total.inc({ controller, result }, 0);
    return {
      began: () => active.inc({ controller }),
      ended(result, ms) {
        active.dec({ controller });
        total.inc({ controller, result });
        time.observe({ controller }, ms / 1000);
        if (result === 'error') errors.inc({ controller });
      },
    };
  };
}
