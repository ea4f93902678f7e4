import {
  defaulted,
  defaultedObject,
  integer,
  listOf,
  object,
  oneOf,
  optional,
  required,
  setOf,
} from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { healthRules, healthSchema } from './health.ts';
import {
  cookieName,
  dnsName,
  duration,
  entryName,
  fingerprint,
  objectName,
  port,
  serverHost,
  weight,
} from './scalars.ts';

const server = object({
  host: required(
    serverHost(),
    'DNS name or IP address; a name with several addresses counts as that many servers.',
  ),
  port: required(port(), 'Port of the server.'),
  weight: optional(
    weight(),
    'Its share of the clients, beside those of the other servers. 0: it is given no client as long as any other server can be reached. Default: 1.',
  ),
});

const service = object({
  name: required(
    objectName(),
    'Name of a Service in the cluster. Make it headless if each of its pods is to be balanced as a server of its own.',
  ),
  namespace: optional(objectName(), 'Namespace of the Service. Default: that of the TeamworkProxy.'),
  port: required(port(), 'Port of the Service.'),
});

export const backendTlsSchema = object(
  {
    verify: defaulted(
      oneOf('Chain', 'Pinned', 'None'),
      'Chain',
      "Chain: the servers' certificates lead to a trusted one and cover the name. Pinned: their SHA-256 fingerprint is listed. None: nothing is checked, which is reported as a finding.",
    ),
    trust: defaulted(
      setOf(entryName(), { maxItems: 16 }),
      [],
      'Chain: names of entries of spec.authorities, or of spec.certificates, that are trusted, with every certificate in them. Empty: the public authorities.',
    ),
    pinnedSha256: defaulted(
      setOf(fingerprint(), { maxItems: 16 }),
      [],
      "Pinned: SHA-256 fingerprints of the servers' certificates, 64 hex digits each.",
    ),
    serverName: optional(
      dnsName(),
      'Name that is asked for (SNI) and that the certificate must cover. Default: the host of the server.',
    ),
  },
  [
    {
      rule: "self.verify == 'Pinned' ? size(self.pinnedSha256) > 0 : size(self.pinnedSha256) == 0",
      message: 'pinnedSha256: give at least one fingerprint with verify Pinned, and none otherwise',
    },
    {
      rule: "self.verify == 'Chain' || size(self.trust) == 0",
      message: 'trust: only verify Chain looks at trusted certificates; remove trust or set verify to Chain',
    },
  ],
);

const rules: readonly CelRule[] = [
  {
    rule: 'has(self.service) != (size(self.servers) > 0)',
    message: 'give either servers or service, not both and not neither',
  },
  {
    rule: "self.protocol in ['TLS', 'HTTPS'] || !has(self.tls)",
    message: 'tls: only a backend with protocol TLS or HTTPS speaks TLS; remove tls or change the protocol',
  },
  {
    rule: "self.protocol in ['HTTP', 'HTTPS'] || !has(self.stickyCookie)",
    message:
      'stickyCookie: only a backend with protocol HTTP or HTTPS knows cookies; remove it or change the protocol',
  },
  ...healthRules,
];

const limits = object({
  connections: required(
    integer(1, 1_000_000),
    'Connections in use that each server may have from one proxy pod. When the server next in turn has them all, another one is taken; when all have, the client waits.',
  ),
  queueTimeout: defaulted(
    duration(),
    '5s',
    'How long a client waits before it is sent away, over HTTP with status 503 and Retry-After.',
  ),
});

const stickyCookie = object({
  name: optional(
    cookieName(),
    'Name of the cookie; backends that share a host name need different ones. Default: twp- and the name of the backend.',
  ),
  sameSite: defaulted(
    oneOf('Lax', 'Strict', 'None'),
    'Lax',
    'When the browser sends it in requests that another site has caused. None: always, which browsers allow over HTTPS alone.',
  ),
});

export const backendSchema = object(
  {
    name: required(entryName(), 'Name by which frontends refer to this backend.'),
    protocol: required(
      oneOf('TCP', 'TLS', 'HTTP', 'HTTPS'),
      'What is spoken to the servers: TCP or TLS behind TCP and TLS frontends, HTTP or HTTPS behind HTTP and HTTPS frontends.',
    ),
    servers: defaulted(listOf(server, { maxItems: 64 }), [], 'The servers.'),
    service: optional(service, 'A Service of the cluster, instead of servers.'),
    balance: defaulted(
      oneOf('SourceAddress', 'RoundRobin', 'LeastConnections'),
      'SourceAddress',
      "SourceAddress keeps a client on one server, by a consistent hash of the client's address.",
    ),
    proxyProtocol: defaulted(
      oneOf('None', 'V1', 'V2'),
      'None',
      "V1 and V2: every connection begins with a PROXY header that tells the client's address. The servers must expect it.",
    ),
    limits: optional(
      limits,
      'Bounds of what is asked of each server at a time. Left out: those of the frontends alone.',
    ),
    stickyCookie: optional(
      stickyCookie,
      'HTTP and HTTPS: a cookie keeps a browser with its server until it is closed, before balance and weights are looked at, and tells nothing of the server. While that server is down another one takes over. Left out: there is no cookie.',
    ),
    tls: optional(
      backendTlsSchema,
      'How the servers are verified, with protocol TLS and HTTPS. Default: their chain, against the public authorities.',
    ),
    health: defaultedObject(healthSchema, 'How it is found out whether servers work.'),
  },
  rules,
);

/** A group of equal servers: an entry of `spec.backends`. */
export type BackendSpec = Infer<typeof backendSchema>;
export type BackendTlsSpec = Infer<typeof backendTlsSchema>;
