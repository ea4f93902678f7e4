import { applyDefaults } from '../schema/defaults.ts';
import { frontendSchema } from '../spec/frontend.ts';
import type { FrontendSpec } from '../spec/frontend.ts';
import type { TeamOneSpec } from '../spec/team-one.ts';
import type { Expansion } from './teamwork-cloud.ts';

const FRONTEND = 'teamone';

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
  return { frontends: [gateway(one, certificates)], backends: [], findings: [] };
}

function gateway(one: TeamOneSpec, certificates: readonly string[]): FrontendSpec {
  const served = one.certificate ?? certificates[0];
  const ends =
    one.tls === 'Proxy'
      ? { protocol: 'HTTPS', port: one.port ?? 443, certificates: served === undefined ? [] : [served] }
      : { protocol: 'HTTP', port: one.port ?? 80, trustedSources: one.trustedSources };
  return applyDefaults(frontendSchema.json, {
    name: FRONTEND,
    ...ends,
    hostnames: [one.hostname],
    loadBalancer: one.address === undefined ? {} : { address: one.address },
    routes: [{ paths: ['/'], forward: forward(one) }],
    policies: policies(one),
  }) as FrontendSpec;
}

/** Pages that call are always of another site: without `sameSite` browsers would not send the session's cookie back, and some not without `partitioned`. */
function forward({ allowedHosts, allowedAddresses, oauthAllowedHosts, trust }: TeamOneSpec): object {
  return {
    allowedHosts,
    allowedAddresses,
    oauthAllowedHosts,
    ...(trust.length === 0 ? {} : { tls: { trust } }),
    cookies: { sameSite: 'None', partitioned: true },
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
