import { clientSettings } from '../../api/presets/client-settings.ts';
import type { TeamworkProxyStatus } from '../../api/status.ts';
import { setConditions } from '../../kube/conditions.ts';
import type { PlannedCertificate } from '../plan/types.ts';
import { backendReports } from './backends.ts';
import { certificateReports } from './certificates.ts';
import { conditions } from './conditions.ts';
import { servesConfig } from './data-plane.ts';
import { assignedAddress } from '../service-address.ts';
import { frontendReports } from './frontends.ts';
import { timestamp } from './time.ts';
import type { Observation } from './types.ts';

/** More findings than the schema admits would keep the whole status from being written. */
const MAX_FINDINGS = 64;

/** The whole status of a TeamworkProxy, made from what was observed; of the previous one only the transition times are kept. */
export function statusOf(observation: Observation): TeamworkProxyStatus {
  const { plan, services, dataPlane, now } = observation;
  const { generation } = plan.proxy.metadata;
  const addresses = plan.flows.flatMap(({ frontend }) => assignedAddress(services.get(frontend.name)) ?? []);
  const expiry = earliestExpiry(plan.certificates);
  const frontends = frontendReports(plan, services);
  const urls = frontends.flatMap(({ name, url }) => (url === undefined ? [] : [[name, url] as const]));
  return {
    observedGeneration: generation,
    conditions: setConditions(plan.proxy.status?.conditions ?? [], conditions(observation), {
      observedGeneration: generation,
      now,
    }),
    ...(addresses.length === 0 ? {} : { addresses: [...new Set(addresses)].join(',') }),
    ...(expiry === undefined ? {} : { certificateExpiry: timestamp(expiry) }),
    frontends,
    certificates: certificateReports(plan, now),
    backends: backendReports(plan, dataPlane),
    ...(plan.findings.length === 0 ? {} : { findings: plan.findings.slice(0, MAX_FINDINGS) }),
    dataPlane: {
      ...(dataPlane.configHash === null ? {} : { configHash: dataPlane.configHash }),
      desired: dataPlane.desired,
      serving: dataPlane.pods.filter((pod) => servesConfig(pod, dataPlane.configHash)).length,
    },
    ...(plan.proxy.spec.teamworkCloud === undefined ? {} : { clientSettings: clientSettings(new Map(urls)) }),
  };
}

function earliestExpiry(certificates: readonly PlannedCertificate[]): Date | undefined {
  const dates = certificates.flatMap((certificate) =>
    certificate.state === 'Missing' ? [] : [certificate.material.leaf.notAfter],
  );
  return dates.sort((a, b) => a.getTime() - b.getTime())[0];
}
