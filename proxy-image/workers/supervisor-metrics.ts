import type { LoadedCertificate } from '../config/certificate.ts';
import type { RejectedConfig } from '../config/status.ts';
import { declareProcessMetrics } from '../metrics/process.ts';
import { Registry } from '../metrics/registry.ts';
import { mergeSnapshots, withoutGauges } from '../metrics/snapshot.ts';
import type { MetricsSnapshot } from '../metrics/snapshot.ts';

/** What the supervisor counts, together with what workers have counted. */
export class SupervisorMetrics {
  readonly #registry = new Registry();
  readonly #updateProcess = declareProcessMetrics(this.#registry);
  readonly #loads = this.#registry.counter({
    name: 'teamwork_proxy_config_loads_total',
    help: 'Configurations by what became of them: served, refused, or waiting for files.',
    labelNames: ['result'],
  });
  readonly #current = this.#registry
    .gauge({
      name: 'teamwork_proxy_config_current',
      help: '1 when the newest configuration is served, 0 when it was refused or waits for files.',
      labelNames: [],
    })
    .labels({});
  readonly #expiry = this.#registry.gauge({
    name: 'teamwork_proxy_certificate_not_after_seconds',
    help: 'When a certificate expires, in Unix time.',
    labelNames: ['certificate'],
  });
  readonly #crashes = this.#registry
    .counter({
      name: 'teamwork_proxy_worker_crashes_total',
      help: 'Workers that ended without having been asked to.',
      labelNames: [],
    })
    .labels({});
  /** Counts of workers that have ended. */
  #past: MetricsSnapshot = [];

  served(certificates: ReadonlyMap<string, LoadedCertificate>): void {
    this.#loads.labels({ result: 'served' }).inc();
    this.#current.set(1);
    for (const [certificate, { notAfter }] of certificates) {
      this.#expiry.labels({ certificate }).set(Date.parse(notAfter) / 1000);
    }
  }

  rejected(kind: RejectedConfig['kind']): void {
    this.#loads.labels({ result: kind === 'Invalid' ? 'refused' : 'waiting' }).inc();
    this.#current.set(0);
  }

  workerEnded(last: MetricsSnapshot, crashed: boolean): void {
    this.#past = mergeSnapshots([this.#past, withoutGauges(last)]);
    this.#crashes.inc(crashed ? 1 : 0);
  }

  /** All in all, `workers` being those of the workers that live. */
  snapshot(workers: readonly MetricsSnapshot[]): MetricsSnapshot {
    this.#updateProcess();
    return mergeSnapshots([this.#registry.snapshot(), ...workers, this.#past]);
  }
}
