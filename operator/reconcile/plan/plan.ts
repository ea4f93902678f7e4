import { expand } from '../../api/presets/expand.ts';
import { planAuthorities } from './authorities.ts';
import { planBackends } from './backends.ts';
import { planCertificates } from './certificates.ts';
import { coverageFindings } from './coverage.ts';
import { egressRefusals } from './egress.ts';
import { planFlows } from './flows.ts';
import { generatedFindings, generatedRefusals } from './generated.ts';
import { loadBalancerRefusals } from './load-balancers.ts';
import { localNetworkFindings } from './local-network.ts';
import { refusals } from './refusals.ts';
import type { Plan, PlanInput } from './types.ts';

/**
 * Decides what is to be: expands the shorthands, reads the certificates, gives every frontend a port to listen on, and finds what can't
 * work or deserves attention. Pure, and used with and without a cluster alike.
 */
export function plan(input: PlanInput): Plan {
  const { proxy } = input;
  const { frontends, backends, findings } = expand(proxy.spec);
  const certificates = planCertificates(proxy.spec.certificates, input);
  const authorities = planAuthorities(proxy.spec.authorities, input);
  const plannedBackends = planBackends(backends, [...certificates.planned, ...authorities], proxy);
  const flows = planFlows(frontends, {
    backends: plannedBackends.planned,
    certificates: certificates.planned,
    authorities,
    listenerPorts: input.listenerPorts,
    spec: proxy.spec,
    addresses: input.addresses,
  });
  const context = { spec: proxy.spec, addresses: input.addresses };
  return {
    proxy,
    flows,
    backends: plannedBackends.planned,
    certificates: certificates.planned,
    authorities,
    findings: [
      ...findings,
      ...certificates.findings,
      ...generatedFindings(proxy.spec),
      ...coverageFindings(flows, { ...context, certificates: certificates.planned }),
      ...localNetworkFindings(flows, context),
      ...plannedBackends.findings,
    ],
    refusals: [
      ...refusals(frontends, backends, proxy.spec),
      ...loadBalancerRefusals(frontends, proxy.spec),
      ...egressRefusals(frontends, backends, proxy.spec),
      ...generatedRefusals(proxy.spec),
    ],
  };
}
