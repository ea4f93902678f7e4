import { isIPv6 } from 'node:net';
import { applyDefaults } from '../schema/defaults.ts';
import { backendSchema } from '../spec/backend.ts';
import type { BackendSpec } from '../spec/backend.ts';
import { frontendSchema } from '../spec/frontend.ts';
import type { FrontendSpec } from '../spec/frontend.ts';
import type { TeamworkProxySpec } from '../spec/spec.ts';
import type { TeamOneSpec } from '../spec/team-one.ts';
import type { Expansion } from './teamwork-cloud.ts';

/** Of the frontend, and of the backend that its servers are watched as. */
const NAME = 'teamone';

/** Of OData and of TM1: which representation is wanted, what was read before, and for whom a session is. */
const REQUEST_FIELDS = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'OData-MaxVersion',
  'OData-Version',
  'Prefer',
  'TM1-SessionContext',
  'X-Requested-With',
];

const RESPONSE_FIELDS = ['ETag', 'Location', 'OData-Version', 'Retry-After', 'RateLimit', 'RateLimit-Policy'];

/** What OData asks with; a preflight is none of the server's business. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Expands `spec.teamOne`; `certificates` are the names of `spec.certificates`, in order. */
export function expandTeamOne(one: TeamOneSpec, certificates: readonly string[]): Expansion {
  return { frontends: [gateway(one, certificates)], backends: watched(one), findings: [] };
}

/** Backends of a frontend of this name that it leads no requests to by itself: they are there to be watched. */
export function watchedBackends({ teamOne }: TeamworkProxySpec, frontend: string): readonly string[] {
  return frontend === NAME && teamOne !== undefined && teamOne.servers.length > 0 ? [NAME] : [];
}

function gateway(one: TeamOneSpec, certificates: readonly string[]): FrontendSpec {
  const served = one.certificate ?? certificates[0];
  const ends =
    one.tls === 'Proxy'
      ? { protocol: 'HTTPS', port: one.port ?? 443, certificates: served === undefined ? [] : [served] }
      : { protocol: 'HTTP', port: one.port ?? 80, trustedSources: one.trustedSources };
  return applyDefaults(frontendSchema.json, {
    name: NAME,
    ...ends,
    hostnames: [one.hostname],
    loadBalancer: one.address === undefined ? {} : { address: one.address },
    routes: [{ paths: ['/'], forward: forward(one) }],
    policies: policies(one),
  }) as FrontendSpec;
}

/** Where the names of a backend's servers may lead, if it is watched for what requests say; null for every other one. */
export function watchedAddresses(
  { teamOne, backends }: TeamworkProxySpec,
  { name }: BackendSpec,
): Pick<TeamOneSpec, 'allowedAddresses' | 'refusedAddresses'> | null {
  const isOwn = name === NAME && !backends.some((given) => given.name === name);
  if (teamOne === undefined || !isOwn) return null;
  return { allowedAddresses: teamOne.allowedAddresses, refusedAddresses: teamOne.refusedAddresses };
}

/**
 * Nothing is balanced here: requests name the server that they want. But whether servers can be reached is found out for backends. A handshake
 * tells it, and the certificate; TM1 answers requests only to those who have signed on.
 */
function watched(one: TeamOneSpec): readonly BackendSpec[] {
  if (one.servers.length === 0) return [];
  const backend = {
    name: NAME,
    protocol: 'HTTPS',
    servers: serversOf(one),
    ...verification(one),
    health: { active: { protocol: 'TLS' } },
  };
  return [applyDefaults(backendSchema.json, backend) as BackendSpec];
}

/** Each once, in the spelling that approved hosts have. */
function serversOf({ servers }: TeamOneSpec): TeamOneSpec['servers'] {
  const spelt = servers.map(({ host, port }) => ({ host: host.toLowerCase().replace(/\.$/, ''), port }));
  return [...new Map(spelt.map((server) => [approved(server), server])).values()];
}

function approved({ host, port }: TeamOneSpec['servers'][number]): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function verification({ trust }: TeamOneSpec): object {
  return trust.length === 0 ? {} : { tls: { trust } };
}

/** Pages that call are always of another site: without `sameSite` browsers would not send the session's cookie back, and some not without `partitioned`; but then what is begun in a window of a sign-on gateway would be lost to the page. */
function forward(one: TeamOneSpec): object {
  const { allowedHosts, allowedAddresses, refusedAddresses, oauthAllowedHosts } = one;
  return {
    allowedHosts: [...new Set([...serversOf(one).map(approved), ...allowedHosts])],
    allowedAddresses,
    refusedAddresses,
    oauthAllowedHosts,
    ...verification(one),
    cookies: { sameSite: 'None', partitioned: one.partitionedCookies ?? oauthAllowedHosts.length === 0 },
  };
}

function policies({ tls, origins, rateLimit }: TeamOneSpec): object {
  return {
    cors: {
      origins,
      methods: METHODS,
      headers: REQUEST_FIELDS,
      exposedHeaders: RESPONSE_FIELDS,
      credentials: true,
      maxAge: '2h',
    },
    rateLimit,
    requestFilter: { methods: METHODS },
    securityHeaders: { frames: 'None', referrerPolicy: 'no-referrer' },
    ...(tls === 'LoadBalancer' ? { requireHttps: {} } : {}),
  };
}
