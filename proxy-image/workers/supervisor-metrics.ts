import type { LoadedCertificate } from '../config/certificate.ts';
import type { RejectedConfig } from '../config/status.ts';
import { declareProcessMetrics } from '../metrics/process.ts';
import { Registry } from '../metrics/registry.ts';
import { mergeSnapshots, withoutGauges } from '../metrics/snapshot.ts';
import type { MetricsSnapshot } from '../metrics/snapshot.ts';
import type { CheckedServer } from '../upstream/checks/types.ts';

/** What the supervisor counts, together with what workers have counted. */
export class SupervisorMetrics {
  readonly #registry = new Registry();
  readonly #updateProcess = declareProcessMetrics(this.#registry, 'supervisor');
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
  readonly #checks = this.#registry.counter({
    name: 'teamwork_proxy_health_checks_total',
    help: 'Health checks of servers by their result: passed or failed.',
    labelNames: ['backend', 'server', 'result'],
  });
  readonly #addressesUp = this.#registry.gauge({
    name: 'teamwork_proxy_server_addresses_up',
    help: 'Addresses of a server that its health checks find up; a server whose name has one address has 1 or 0.',
    labelNames: ['backend', 'server'],
  });
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

  checked({ backend, server, verdict }: CheckedServer): void {
    this.#checks.labels({ backend, server, result: verdict.up ? 'passed' : 'failed' }).inc();
  }

  /** All in all, `workers` being those of the workers that live and `checked` the servers of which verdicts are known. */
  snapshot(workers: readonly MetricsSnapshot[], checked: readonly CheckedServer[]): MetricsSnapshot {
    this.#updateProcess();
    this.#addressesUp.clear();
    for (const { backend, server, verdict } of checked) {
      this.#addressesUp.labels({ backend, server }).inc(verdict.up ? 1 : 0);
    }
    return mergeSnapshots([this.#registry.snapshot(), ...workers, this.#past]);
  }
}
