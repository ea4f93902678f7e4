import {
  DURATION_BOUNDS,
  type Counter,
  type Family,
  type Histogram,
  type Registry,
} from '../metrics/registry.ts';
import type { Fault } from './faults.ts';
import { TargetRequests } from './forwarding/target-requests.ts';

/** Methods that get a series of their own; clients may invent others. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]);

/** The metrics of all HTTP frontends of a process. */
export interface HttpMetrics {
  readonly requests: Family<'frontend' | 'backend' | 'method' | 'code', Counter>;
  readonly durations: Family<'frontend' | 'backend', Histogram>;
  readonly bytes: Family<'frontend' | 'backend' | 'direction', Counter>;
  readonly faults: Family<'frontend' | 'fault', Counter>;
  /** Of routes whose requests name their target. */
  readonly targets: TargetRequests;
}

export function declareHttpMetrics(registry: Registry): HttpMetrics {
  return {
    requests: registry.counter({
      name: 'teamwork_proxy_http_requests_total',
      help: 'Finished requests by the class of their status; the backend is empty where none was asked.',
      labelNames: ['frontend', 'backend', 'method', 'code'],
    }),
    durations: registry.histogram({
      name: 'teamwork_proxy_http_request_duration_seconds',
      help: 'From the end of a request head to the end of the response.',
      labelNames: ['frontend', 'backend'],
      bounds: DURATION_BOUNDS,
    }),
    bytes: registry.counter({
      name: 'teamwork_proxy_http_body_bytes_total',
      help: 'Bytes of bodies: in from clients, out to clients.',
      labelNames: ['frontend', 'backend', 'direction'],
    }),
    faults: registry.counter({
      name: 'teamwork_proxy_http_faults_total',
      help: 'Requests that ended other than by a response of a server or a redirect, by what went wrong.',
      labelNames: ['frontend', 'fault'],
    }),
    targets: new TargetRequests(
      registry.counter({
        name: 'teamwork_proxy_http_target_requests_total',
        help: 'Finished requests to targets that they have named, by the class of the response, or by what went wrong.',
        labelNames: ['frontend', 'target', 'result'],
      }),
    ),
  };
}

/** What is counted of one finished request. */
export interface Finished {
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly fault: Fault | null;
}

/** Counts the requests of one frontend that go to one backend (empty for none); keeps its handles. */
export class RequestCounter {
  readonly #metrics: HttpMetrics;
  readonly #frontend: string;
  readonly #backend: string;
  readonly #duration: Histogram;
  readonly bytesIn: Counter;
  readonly bytesOut: Counter;
  /** By method, and then by the class of the status. */
  readonly #requests = new Map<string, (Counter | undefined)[]>();

  constructor(metrics: HttpMetrics, frontend: string, backend: string) {
    this.#metrics = metrics;
    this.#frontend = frontend;
    this.#backend = backend;
    this.#duration = metrics.durations.labels({ frontend, backend });
    this.bytesIn = metrics.bytes.labels({ frontend, backend, direction: 'in' });
    this.bytesOut = metrics.bytes.labels({ frontend, backend, direction: 'out' });
  }

  count({ method, status, durationMs, bytesIn, bytesOut, fault }: Finished): void {
    this.#requestsOf(method, status).inc();
    this.#duration.observe(durationMs / 1_000);
    // Those of a tunnel were counted as they passed.
    if (status !== 101) {
      this.bytesIn.inc(bytesIn);
      this.bytesOut.inc(bytesOut);
    }
    if (fault !== null) {
      this.#metrics.faults.labels({ frontend: this.#frontend, fault }).inc();
    }
  }

  #requestsOf(method: string, status: number): Counter {
    const label = KNOWN_METHODS.has(method) ? method : 'other';
    const statusClass = Math.floor(status / 100);
    const known = this.#requests.get(label) ?? [];
    const counter = known[statusClass];
    if (counter !== undefined) {
      return counter;
    }
    const code = `${statusClass}xx`;
    const labels = { frontend: this.#frontend, backend: this.#backend, method: label, code };
    const made = this.#metrics.requests.labels(labels);
    known[statusClass] = made;
    this.#requests.set(label, known);
    return made;
  }
}
