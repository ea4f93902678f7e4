import {
  boolean,
  defaulted,
  listOf,
  object,
  oneOf,
  optional,
  required,
  setOf,
  string,
} from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';
import { rateLimitSchema } from './rate-limit.ts';
import { approvedHost, cidr, dnsName, entryName, ipAddress, port, serverHost } from './scalars.ts';

const MANY = { maxItems: 64 };

/** Where pages of Google Sheets and of its add-ons come from: the sandbox of Apps Script is a host of its own for each page. */
const GOOGLE_SHEETS = [
  'https://docs.google.com',
  'https://script.google.com',
  'https://*.googleusercontent.com',
];

/** One bucket for each address; a whole company may be behind one. */
const RATE = { requests: 1200, per: '1m', burst: 300, key: 'Source' } as const;

const server = object({
  host: required(serverHost(), 'DNS name or IP address.'),
  port: defaulted(port(), 443, 'Port of its REST API; TM1 has one for each server (HTTPPortNumber).'),
});

const origin = () => string({ pattern: PATTERNS.pageOrigin.pattern, maxLength: 253, minLength: 1 });

const rules: readonly CelRule[] = [
  {
    rule: 'size(self.servers) > 0 || size(self.allowedHosts) > 0',
    message:
      'nothing may be asked: name the TM1 servers in servers, which are watched then, or in allowedHosts, where *.example.com can stand for many',
  },
  {
    rule: "self.tls == 'LoadBalancer' || size(self.trustedSources) == 0",
    message:
      'trustedSources: with tls Proxy clients are seen as they are; remove it, or set tls to LoadBalancer where a load balancer ends TLS',
  },
  {
    rule: "self.tls == 'Proxy' || size(self.trustedSources) > 0",
    message:
      'trustedSources: with tls LoadBalancer give the ranges of the load balancer, as it alone is believed that a request has come by HTTPS',
  },
  {
    rule: "self.tls == 'Proxy' || !has(self.certificate)",
    message:
      'certificate: with tls LoadBalancer the load balancer has the certificate; remove it, or set tls to Proxy',
  },
];

export const teamOneSchema = object(
  {
    hostname: required(dnsName(), 'Public host name that the add-on calls.'),
    tls: defaulted(
      oneOf('Proxy', 'LoadBalancer'),
      'Proxy',
      'Who ends TLS. Proxy: this one, with a certificate. LoadBalancer: one before it, that comes by HTTP; what did not come to that by HTTPS is redirected.',
    ),
    certificate: optional(
      entryName(),
      'tls Proxy: name of the entry of spec.certificates that is served. Default: the first one.',
    ),
    port: optional(port(), 'Port that is listened on. Default: 443 with tls Proxy, 80 with LoadBalancer.'),
    trustedSources: defaulted(
      setOf(cidr(), { maxItems: 32 }),
      [],
      'tls LoadBalancer: ranges that it comes from. What it tells in X-Forwarded-For and X-Forwarded-Proto, or Forwarded, is believed of them alone.',
    ),
    address: optional(ipAddress(), 'Address to ask for.'),
    servers: defaulted(
      listOf(server, { maxItems: 64 }),
      [],
      'TM1 servers that are known by name. Requests may name them as if they stood in allowedHosts, and the proxy watches whether each can be reached and has a certificate that trust accepts: the backend teamone of the status.',
    ),
    allowedHosts: defaulted(
      setOf(approvedHost(), MANY),
      [],
      'TM1 hosts that requests may name as the first segment of their path, beside servers: /tm1.example.com/api/v1/Cubes. As PROXY_ALLOWED_HOST_PATTERN has them: names, and *.example.com; with a port where it is not 443, or :* for every port. Others are answered with 403.',
    ),
    allowedAddresses: defaulted(
      setOf(cidr(), { maxItems: 32 }),
      [],
      'Private ranges that names below a wildcard of allowedHosts may lead to, such as 10.0.0.0/8. Names that are listed one by one need none.',
    ),
    refusedAddresses: defaulted(
      setOf(cidr(), { maxItems: 32 }),
      [],
      'Ranges that no name may lead to: give that of the pods of the cluster, which the proxy is not told. allowedAddresses comes first.',
    ),
    oauthAllowedHosts: defaulted(
      setOf(approvedHost(), MANY),
      [],
      'Hosts of the sign-on gateways that responses may redirect to, as PROXY_OAUTH_ALLOWED_HOST_PATTERN has them. Empty: nothing redirects there.',
    ),
    partitionedCookies: optional(
      boolean(),
      'Whether browsers keep a session for the page in which it was begun (Partitioned), as those need that keep no cookies of other sites. What a sign-on gateway has begun in a window of its own belongs to no page then. Default: true without oauthAllowedHosts, false with them.',
    ),
    trust: defaulted(
      setOf(entryName(), { maxItems: 16 }),
      [],
      'Names of entries of spec.authorities or spec.certificates by which TM1 servers are trusted, where an authority of your own has signed their certificates. Empty: the public authorities.',
    ),
    origins: defaulted(
      setOf(origin(), { minItems: 1, maxItems: 32 }),
      GOOGLE_SHEETS,
      `Origins of the pages that may call. Default: where Google Sheets has its own and those of add-ons. Narrow it if you know yours (${PATTERNS.pageOrigin.words}).`,
    ),
    rateLimit: defaulted(
      rateLimitSchema,
      RATE,
      'How many requests a client may make. Default: 1200 in a minute, 300 of them at once, for each address; a company is often one.',
    ),
  },
  rules,
);

/** Shorthand for the TeamOne gateway to TM1: expands to one frontend. */
export type TeamOneSpec = Infer<typeof teamOneSchema>;
