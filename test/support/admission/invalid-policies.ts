import { layer4, layer7, shorthand } from './manifests.ts';
import type { RuleCase } from './types.ts';

const HEADERS = 'spec.frontends[0].policies.headers';
const RESERVED =
  'must not be a field that frames a message, counts for one connection, or is made by the proxy itself (connection, content-length, expect, forwarded, host, http2-settings, keep-alive, max-forwards, te, trailer, transfer-encoding, upgrade, client-cert, client-cert-chain, x-forwarded-for, x-forwarded-host, x-forwarded-port, x-forwarded-proto, and all that begin with proxy-)';
const TWICE =
  'remove: one of these fields is in set, too, which takes the place of what was there; give it in one of them';
const PRELOAD =
  'preload: browsers take a name into their list only with includeSubDomains: true and maxAge of at least 8760h';

const EITHER = 'give either backend or forward, not both and not neither';

function headers(request: object, response: object = {}): object {
  return layer7({ policies: { headers: { request, response } } });
}

const reserved: readonly RuleCase[] = [
  ...[
    'Host',
    'content-LENGTH',
    'Transfer-Encoding',
    'Connection',
    'TE',
    'Keep-Alive',
    'Upgrade',
    'Trailer',
    'Proxy-Authorization',
    'Forwarded',
    'X-Forwarded-For',
    'X_Forwarded_Proto',
    'Client-Cert',
  ].map((name) => ({
    desc: `a rule that removes ${name}`,
    spec: headers({ remove: [name] }),
    refused: [`${HEADERS}.request.remove[0]`, RESERVED] as const,
  })),
  {
    desc: 'a rule that sets Content-Length of responses',
    spec: headers({}, { set: [{ name: 'Content-Length', value: '1' }] }),
    refused: [`${HEADERS}.response.set[0].name`, RESERVED],
  },
  {
    desc: 'a rule of a route that adds Host',
    spec: layer7({
      routes: [
        {
          paths: ['/'],
          backend: 'web',
          policies: { headers: { request: { add: [{ name: 'Host', value: 'a.test' }] } } },
        },
      ],
    }),
    refused: ['spec.frontends[0].routes[0].policies.headers.request.add[0].name', RESERVED],
  },
];

const forwarding: readonly RuleCase[] = [
  {
    desc: 'a route with backend and forward',
    spec: layer7({
      routes: [{ paths: ['/'], backend: 'web', forward: { allowedHosts: ['tm1.example.com'] } }],
    }),
    refused: ['spec.frontends[0].routes[0]', EITHER],
  },
  {
    desc: 'a route with neither backend nor forward',
    spec: layer7({ routes: [{ paths: ['/'] }] }),
    refused: ['spec.frontends[0].routes[0]', EITHER],
  },
  {
    desc: 'TLS to targets without TLS',
    spec: forwarded({ protocol: 'HTTP', tls: {} }),
    refused: [
      'spec.frontends[0].routes[0].forward',
      'tls: only with protocol HTTPS is TLS spoken; remove tls or change the protocol',
    ],
  },
  {
    desc: 'a pinned target without fingerprint',
    spec: forwarded({ tls: { verify: 'Pinned' } }),
    refused: [
      'spec.frontends[0].routes[0].forward.tls',
      'pinnedSha256: give at least one fingerprint with verify Pinned, and none otherwise',
    ],
  },
  {
    desc: 'a pinned target with trusted certificates',
    spec: forwarded({ tls: { verify: 'Pinned', pinnedSha256: ['ab'.repeat(32)], trust: ['public'] } }),
    refused: [
      'spec.frontends[0].routes[0].forward.tls',
      'trust: only verify Chain looks at trusted certificates; remove trust or set verify to Chain',
    ],
  },
  {
    desc: 'cookies in partitions that other sites do not get',
    spec: forwarded({ cookies: { sameSite: 'Lax', partitioned: true } }),
    refused: [
      'spec.frontends[0].routes[0].forward.cookies',
      'partitioned: cookies that other sites do not get are in no partition; set sameSite to None or remove it',
    ],
  },
  {
    desc: 'HTTPS asked for where there is nothing else',
    spec: layer7({ policies: { requireHttps: {} } }),
    refused: [
      'spec.frontends[0]',
      'policies.requireHttps: only with protocol HTTP can requests have come by something else than HTTPS; remove it or change the protocol',
    ],
  },
];

function forwarded(forward: object): object {
  return layer7({ routes: [{ paths: ['/'], forward: { allowedHosts: ['tm1.example.com'], ...forward } }] });
}

/** Policies that a CEL rule refuses. */
export const invalidPolicies: readonly RuleCase[] = [
  ...reserved,
  ...forwarding,
  {
    desc: 'a field that is set and removed',
    spec: headers({ set: [{ name: 'X-App', value: 'a' }], remove: ['x-app'] }),
    refused: [`${HEADERS}.request`, TWICE],
  },
  {
    desc: 'a rule that replaces the cookies of servers',
    spec: headers({}, { set: [{ name: 'set-cookie', value: 'a=b' }] }),
    refused: [
      `${HEADERS}.response.set[0].name`,
      "must not be Set-Cookie, which would take the servers' cookies away: give it in add",
    ],
  },
  ...(['set', 'add'] as const).map((list) => ({
    desc: `HSTS in ${list}`,
    spec: headers({}, { [list]: [{ name: 'Strict-Transport-Security', value: 'max-age=1' }] }),
    refused: [
      `${HEADERS}.response.${list}[0].name`,
      'must not be Strict-Transport-Security: give policies.hsts, so that it is sent exactly once',
    ] as const,
  })),
  ...[{ preload: true }, { preload: true, includeSubDomains: true, maxAge: '8759h59m' }].map((hsts) => ({
    desc: `HSTS with ${JSON.stringify(hsts)}`,
    spec: layer7({ policies: { hsts } }),
    refused: ['spec.frontends[0].policies.hsts', PRELOAD] as const,
  })),
  {
    desc: 'HSTS without TLS',
    spec: layer7({ protocol: 'HTTP', certificates: undefined, policies: { hsts: {} } }),
    refused: [
      'spec.frontends[0]',
      'policies.hsts: only a frontend with protocol HTTPS, or HTTP with requireHttps, may tell browsers to use HTTPS; remove it or change the protocol',
    ],
  },
  ...[
    { origins: ['*'] },
    { origins: ['https://a.test'], methods: ['*'] },
    { origins: ['https://a.test'], headers: ['*'] },
    { origins: ['https://a.test'], exposedHeaders: ['*'] },
  ].map((cors) => ({
    desc: `credentials for ${JSON.stringify(cors)}`,
    spec: layer7({ policies: { cors: { ...cors, credentials: true } } }),
    refused: [
      'spec.frontends[0].policies.cors',
      'credentials: browsers take no * for requests with credentials; name the origins, methods and headers, or leave credentials out',
    ] as const,
  })),
  ...[{ key: 'Header' }, { key: 'Cookie' }, { key: 'Source', name: 'a' }, { name: 'a' }].map((parts) => ({
    desc: `a rate limit with ${JSON.stringify(parts)}`,
    spec: layer7({ policies: { rateLimit: { requests: 1, ...parts } } }),
    refused: [
      'spec.frontends[0].policies.rateLimit',
      'name: give the name of the field or cookie with key Header or Cookie, and none with Source',
    ] as const,
  })),
  ...['None', 'Any'].map((frames) => ({
    desc: `origins of frames with frames ${frames}`,
    spec: layer7({ policies: { securityHeaders: { frames, frameOrigins: ['https://a.test'] } } }),
    refused: [
      'spec.frontends[0].policies.securityHeaders',
      'frameOrigins: only with frames SameOrigin are other origins let in beside it; remove them',
    ] as const,
  })),
  {
    desc: 'policies of a shorthand that reads no requests',
    spec: shorthand({ topology: 'Layer4', policies: {} }),
    refused: [
      'spec.teamworkCloud',
      'policies: with topology Layer4 no flow reads requests; remove them, or choose topology Layer7Hybrid',
    ],
  },
  {
    desc: 'policies of layer 4',
    spec: layer4({ policies: {} }),
    refused: [
      'spec.frontends[0]',
      'policies: only a frontend with protocol HTTP or HTTPS reads requests; remove them or change the protocol',
    ],
  },
];
