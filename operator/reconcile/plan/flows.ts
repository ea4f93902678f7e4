import { passedOnCertificate } from '../../api/presets/passed-on.ts';
import { watchedBackends } from '../../api/presets/team-one.ts';
import type { FrontendSpec } from '../../api/spec/frontend.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import { forwardsOf } from './forward.ts';
import { assignPorts } from './ports.ts';
import { publicName } from './public-name.ts';
import { backendNames } from './references.ts';
import type { Flow, PlannedAuthority, PlannedBackend, PlannedCertificate } from './types.ts';

interface FlowContext {
  readonly backends: readonly PlannedBackend[];
  readonly certificates: readonly PlannedCertificate[];
  readonly authorities: readonly PlannedAuthority[];
  readonly listenerPorts: ReadonlyMap<string, number>;
  readonly addresses: ReadonlyMap<string, string>;
  readonly spec: TeamworkProxySpec;
}

/** Decides for every frontend where it listens and whether it can be served. */
export function planFlows(frontends: readonly FrontendSpec[], context: FlowContext): readonly Flow[] {
  const ports = assignPorts(
    frontends.map(({ name }) => name),
    context.listenerPorts,
  );
  const missing = new Set(
    [...context.certificates, ...context.authorities]
      .filter(({ state }) => state === 'Missing')
      .map(({ name }) => name),
  );
  return frontends.map((frontend) => {
    const there = (names: readonly string[]): readonly string[] => names.filter((name) => !missing.has(name));
    const usable = {
      certificates: there(frontend.certificates),
      clientTrust: there(frontend.clientCertificates?.trust ?? []),
    };
    return {
      frontend,
      host:
        publicName(frontend) ?? context.addresses.get(frontend.name) ?? frontend.loadBalancer.address ?? null,
      listenerPort: ports.get(frontend.name) ?? 0,
      ...usable,
      passedOn: passedOnCertificate(context.spec, frontend.name),
      backends: [...new Set([...backendNames(frontend), ...watchedBackends(context.spec, frontend.name)])],
      unservable: unservable(frontend, usable, context.backends, missing),
    };
  });
}

function unservable(
  frontend: FrontendSpec,
  { certificates, clientTrust }: Pick<Flow, 'certificates' | 'clientTrust'>,
  backends: readonly PlannedBackend[],
  missing: ReadonlySet<string>,
): string | null {
  if (frontend.certificates.length > 0 && certificates.length === 0) {
    return `none of its certificates (${frontend.certificates.join(', ')}) can be used`;
  }
  const { clientCertificates } = frontend;
  if (clientCertificates !== undefined && clientTrust.length === 0) {
    return `its clients can't be verified, as nothing of what they are to lead to (${clientCertificates.trust.join(', ')}) can be used`;
  }
  return trustless(frontend, backends, missing);
}

/** With nothing left to trust, the public authorities would be trusted in its place: rather serve nothing than that. */
function trustless(
  frontend: FrontendSpec,
  backends: readonly PlannedBackend[],
  missing: ReadonlySet<string>,
): string | null {
  const names = backendNames(frontend);
  const trusting = [
    ...backends
      .filter(({ spec }) => names.includes(spec.name))
      .map(({ spec }) => ({ what: `backend ${spec.name}`, trust: spec.tls?.trust ?? [] })),
    ...forwardsOf(frontend).map(({ forward }) => ({
      what: 'the host that a request names',
      trust: forward.tls?.trust ?? [],
    })),
  ];
  const lost = trusting.find(({ trust }) => trust.length > 0 && trust.every((name) => missing.has(name)));
  return lost === undefined
    ? null
    : `${lost.what} can't be verified, as nothing of what it trusts (${lost.trust.join(', ')}) can be used`;
}
