import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { TeamworkProxy } from '../api/resource.ts';

/**
 * Shows when the certificates of all resources expire, named as cert-manager names its own. It is read off the resources when it is asked for, so that what is
 * deleted is gone.
 */
export function exposeCertificates(registry: Registry, proxies: () => readonly TeamworkProxy[]): void {
  const gauge = new Gauge({
    name: 'teamworkproxy_certificate_expiration_timestamp_seconds',
    help: 'When a served certificate expires, in seconds since 1970.',
    labelNames: ['namespace', 'name', 'certificate'],
    registers: [],
    collect() {
      this.reset();
      for (const { metadata, status } of proxies()) {
        for (const { name: certificate, notAfter } of status?.certificates ?? []) {
          if (notAfter === undefined) continue;
          const labels = { namespace: metadata.namespace, name: metadata.name, certificate };
          this.set(labels, Date.parse(notAfter) / 1000);
        }
      }
    },
  });
  registry.registerMetric(gauge);
}
