import {
  defaulted,
  defaultedObject,
  integer,
  listOf,
  object,
  oneOf,
  oneOfNumbers,
  optional,
  required,
  setOf,
} from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { forwardSchema } from './forward.ts';
import { loadBalancerSchema } from './load-balancer.ts';
import { DEFAULT_MINIMUM_RATE } from '../../../proxy-image/config/defaults.ts';
import { frontendPoliciesSchema, routePoliciesSchema } from './policies.ts';
import { byteSize, cidr, duration, entryName, hostname, port, redirectTarget, urlPath } from './scalars.ts';

const route = object(
  {
    paths: required(
      setOf(urlPath(), { minItems: 1, maxItems: 64 }),
      'Path prefixes. The longest one that matches wins; only whole segments match: /osmc serves /osmc and /osmc/x, not /osmcx.',
    ),
    backend: optional(entryName(), 'Name of the backend that serves these paths.'),
    forward: optional(
      forwardSchema,
      "Instead of a backend: requests go to the host that they name in the segment behind the route's path, /tm1.example.com/api/v1/Cubes or /tm1.example.com:8010/api/v1/Cubes, if it is allowed; that segment is taken away.",
    ),
    policies: optional(routePoliciesSchema, 'What is done with these requests and their responses.'),
  },
  [
    {
      rule: 'has(self.backend) != has(self.forward)',
      message: 'give either backend or forward, not both and not neither',
    },
  ],
);

const redirect = object({
  from: required(urlPath(), 'The exact path that is redirected.'),
  to: required(redirectTarget(), 'Where to: a path on the same host, or an absolute http(s) URL.'),
  status: defaulted(oneOfNumbers(301, 302, 307, 308), 302, 'Status code of the answer.'),
});

const proxyProtocol = object({
  accept: defaulted(
    oneOf('Never', 'Optional', 'Required'),
    'Never',
    'Never: a header is data. Required: every connection begins with one, and only trusted sources may connect. Optional: trusted sources may send one, if their clients send the first byte; a header of all others is data.',
  ),
  trusted: defaulted(
    setOf(cidr(), { maxItems: 32 }),
    [],
    'Load balancers before this proxy: the ranges that their connections come from.',
  ),
});

const sniRoute = object({
  hostnames: required(
    setOf(hostname(), { minItems: 1, maxItems: 32 }),
    'Names that clients ask for by SNI. An exact one wins over one with a wildcard.',
  ),
  backend: required(entryName(), 'Name of the backend that these connections go to.'),
});

const clientCertificates = object({
  trust: required(
    setOf(entryName(), { minItems: 1, maxItems: 16 }),
    'Names of entries of spec.authorities, or of spec.certificates: a client has to show a certificate that leads to one of the certificates in them.',
  ),
  mode: defaulted(
    oneOf('Required', 'Optional'),
    'Required',
    'Required: a client that shows no certificate is not let in. Optional: it is; one that is shown has to be good all the same.',
  ),
  forward: defaulted(
    oneOf('None', 'ClientCert'),
    'None',
    "ClientCert: with HTTPS servers are told the client's certificate in the field Client-Cert (RFC 9440); what clients themselves send under this name is removed. None: they are not told.",
  ),
});

const minimumRate = object({
  bytesPerSecond: defaulted(
    integer(0, 1_000_000_000),
    DEFAULT_MINIMUM_RATE.bytesPerSecond,
    'Bytes per second, while the client has something to send or to take and the proxy waits for nothing else. 0: there is no minimum.',
  ),
  tolerance: defaulted(
    duration(),
    `${DEFAULT_MINIMUM_RATE.tolerance / 60_000}m`,
    'How long a client may stand still before its request is ended; one that does half of bytesPerSecond may go on for twice as long, and so on.',
  ),
});

const limits = object({
  connections: defaulted(
    integer(1, 1_000_000),
    10_000,
    'Open client connections per proxy pod; more are refused.',
  ),
  connectionsPerSource: optional(
    integer(1, 1_000_000),
    'Of these, connections from one IPv4 address or one IPv6 /64 network. Clients behind one NAT, or a load balancer without PROXY protocol, are one source. Default: no limit.',
  ),
  headerBytes: defaulted(
    integer(1024, 1_048_576),
    32_768,
    "Size of a request's start line and header fields; more is answered with 431.",
  ),
  bodySize: defaulted(
    byteSize(),
    '100Mi',
    'Size of a request body; more is answered with 413. 0 means no limit.',
  ),
  minimumRate: defaultedObject(
    minimumRate,
    'HTTP and HTTPS: how slow a client may be at sending a body, which is then answered with 408, and at taking a response, which is then broken off.',
  ),
});

const timeouts = object({
  connect: defaulted(duration(), '10s', 'One attempt to connect to a server.'),
  handshake: defaulted(duration(), '10s', "A PROXY header; and then a client's TLS handshake."),
  header: defaulted(duration(), '10s', 'From the first byte of a request to the end of its header fields.'),
  request: defaulted(duration(), '1h', 'HTTP: a request or response that stands still for so long is ended.'),
  keepAlive: defaulted(duration(), '1m', 'HTTP: how long a connection may wait for its next request.'),
  idle: defaulted(
    duration(),
    '2h',
    'TCP, TLS and WebSocket: a connection without a byte in either direction is closed after this time.',
  ),
  halfClose: defaulted(
    duration(),
    '5m',
    'TCP and TLS: after one direction has been closed, a connection without a byte in the other is ended after this time.',
  ),
  drain: defaulted(
    duration(),
    '5m',
    'How long established connections may live on when this frontend is removed or the proxy shuts down.',
  ),
});

const rules: readonly CelRule[] = [
  {
    rule: "!(self.protocol in ['TLS', 'HTTPS']) || size(self.certificates) > 0",
    message:
      'certificates: name at least one entry of spec.certificates, because a frontend with protocol TLS or HTTPS ends TLS',
  },
  {
    rule: "self.protocol in ['TLS', 'HTTPS'] || size(self.certificates) == 0",
    message:
      'certificates: only a frontend with protocol TLS or HTTPS ends TLS; remove the certificates or change the protocol',
  },
  {
    rule: "self.protocol in ['TLS', 'HTTPS'] || !has(self.clientCertificates)",
    message:
      'clientCertificates: only a frontend with protocol TLS or HTTPS ends TLS; remove them or change the protocol',
  },
  {
    rule: "self.protocol == 'HTTPS' || !has(self.clientCertificates) || self.clientCertificates.forward == 'None'",
    message:
      'clientCertificates.forward: only a frontend with protocol HTTPS passes on requests that can carry a certificate; leave it out or change the protocol',
  },
  {
    rule: "self.protocol in ['HTTP', 'HTTPS'] || (size(self.routes) == 0 && size(self.redirects) == 0 && size(self.hostnames) == 0)",
    message:
      'routes, redirects and hostnames need protocol HTTP or HTTPS; with TCP and TLS name one backend instead',
  },
  {
    rule: "self.protocol == 'TCP' || size(self.sniRoutes) == 0",
    message:
      'sniRoutes: only with protocol TCP is TLS passed on as it is; remove them or change the protocol',
  },
  {
    rule: "self.protocol in ['HTTP', 'HTTPS'] ? (has(self.backend) || size(self.routes) > 0 || size(self.redirects) > 0 || (has(self.policies) && has(self.policies.requireHttps))) : (has(self.backend) || size(self.sniRoutes) > 0)",
    message:
      'backend: say where the connections go: a backend, with protocol TCP also sniRoutes, with protocol HTTP and HTTPS also routes or redirects',
  },
  {
    rule: "self.protocol in ['HTTP', 'HTTPS'] || !has(self.policies)",
    message:
      'policies: only a frontend with protocol HTTP or HTTPS reads requests; remove them or change the protocol',
  },
  {
    rule: "self.protocol != 'HTTP' || !has(self.policies) || !has(self.policies.hsts) || has(self.policies.requireHttps)",
    message:
      'policies.hsts: only a frontend with protocol HTTPS, or HTTP with requireHttps, may tell browsers to use HTTPS; remove it or change the protocol',
  },
  {
    rule: "self.protocol == 'HTTP' || !has(self.policies) || !has(self.policies.requireHttps)",
    message:
      'policies.requireHttps: only with protocol HTTP can requests have come by something else than HTTPS; remove it or change the protocol',
  },
  {
    rule: "(self.proxyProtocol.accept == 'Never') == (size(self.proxyProtocol.trusted) == 0)",
    message:
      'proxyProtocol.trusted: say whose PROXY headers are taken with accept Optional or Required, and nobody otherwise',
  },
];

export const frontendSchema = object(
  {
    name: required(entryName(), 'Name of the flow; it becomes part of the name of its Service.'),
    port: defaulted(port(), 443, 'Port that clients connect to.'),
    protocol: required(
      oneOf('TCP', 'TLS', 'HTTP', 'HTTPS'),
      'TCP passes bytes on (TLS included), TLS ends TLS and passes bytes on, HTTP and HTTPS route requests by path.',
    ),
    hostnames: defaulted(
      setOf(hostname(), { maxItems: 32 }),
      [],
      'HTTP and HTTPS: host names that are served. Empty: every host name.',
    ),
    certificates: defaulted(
      setOf(entryName(), { maxItems: 16 }),
      [],
      'TLS and HTTPS: names of entries of spec.certificates; the first is served to clients that ask for a name which none covers.',
    ),
    clientCertificates: optional(
      clientCertificates,
      'TLS and HTTPS: asks clients for a certificate. Default: none is asked for.',
    ),
    backend: optional(
      entryName(),
      'TCP and TLS: the backend; with sniRoutes that of connections which none of them takes (else these are closed). HTTP and HTTPS: the backend of requests that no route matches (else 404).',
    ),
    routes: defaulted(
      listOf(route, { maxItems: 32 }),
      [],
      'HTTP and HTTPS: which path goes to which backend.',
    ),
    sniRoutes: defaulted(
      listOf(sniRoute, { maxItems: 32 }),
      [],
      'TCP: TLS connections by the name that they ask for; they are passed on as they are, never decrypted.',
    ),
    redirects: defaulted(
      listOf(redirect, { maxItems: 32 }),
      [],
      'HTTP and HTTPS: paths that are answered with a redirect.',
    ),
    trustedSources: defaulted(
      setOf(cidr(), { maxItems: 32 }),
      [],
      'HTTP and HTTPS: proxies before this one, whose X-Forwarded-* fields are kept and extended; everybody else’s are replaced.',
    ),
    policies: optional(
      frontendPoliciesSchema,
      'HTTP and HTTPS: what is done with all requests and responses on their way.',
    ),
    proxyProtocol: defaultedObject(
      proxyProtocol,
      "PROXY protocol (version 1 and 2), by which a load balancer before this proxy tells the client's address.",
    ),
    loadBalancer: defaultedObject(
      loadBalancerSchema,
      'The LoadBalancer Service of this flow; what is not given here comes from spec.loadBalancer.',
    ),
    limits: defaultedObject(limits, 'Bounds of what clients may send and hold.'),
    timeouts: defaultedObject(timeouts, 'How long each wait may last.'),
  },
  rules,
);

/** One flow: a listener with an address of its own. An entry of `spec.frontends`. */
export type FrontendSpec = Infer<typeof frontendSchema>;
