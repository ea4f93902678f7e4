import { boolean, defaulted, integer, object, oneOf, optional, required, setOf } from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { approvedHost, cidr, entryName, fingerprint, port } from './scalars.ts';

const MANY = { maxItems: 64 };

const tls = object(
  {
    verify: defaulted(
      oneOf('Chain', 'Pinned'),
      'Chain',
      "Chain: the targets' certificates lead to a trusted one and cover the target's name. Pinned: their SHA-256 fingerprint is listed.",
    ),
    trust: defaulted(
      setOf(entryName(), { maxItems: 16 }),
      [],
      'Chain: names of entries of spec.authorities, or of spec.certificates, that are trusted, with every certificate in them. Empty: the public authorities.',
    ),
    pinnedSha256: defaulted(
      setOf(fingerprint(), { maxItems: 16 }),
      [],
      "Pinned: SHA-256 fingerprints of the targets' certificates, 64 hex digits each.",
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

const cookies = object(
  {
    sameSite: required(
      oneOf('Lax', 'Strict', 'None'),
      'When browsers send them in requests that another site has caused. None: always, which they allow over HTTPS alone, so that the cookies become Secure, too.',
    ),
    partitioned: defaulted(
      boolean(),
      false,
      'Whether browsers keep them apart for each site whose pages ask (Partitioned). Browsers that keep no cookies of other sites keep these. Only with None.',
    ),
  },
  [
    {
      rule: "!self.partitioned || self.sameSite == 'None'",
      message:
        'partitioned: cookies that other sites do not get are in no partition; set sameSite to None or remove it',
    },
  ],
);

const rules: readonly CelRule[] = [
  {
    rule: "self.protocol == 'HTTPS' || !has(self.tls)",
    message: 'tls: only with protocol HTTPS is TLS spoken; remove tls or change the protocol',
  },
];

/** `forward` of a route. */
export const forwardSchema = object(
  {
    allowedHosts: required(
      setOf(approvedHost(), { minItems: 1, ...MANY }),
      'Hosts that requests may name. *.example.com: all with one more label. Without a port: the one of port alone. Requests that name another host are answered with 403.',
    ),
    protocol: defaulted(oneOf('HTTPS', 'HTTP'), 'HTTPS', 'What is spoken to the targets.'),
    port: optional(
      port(),
      'Port of targets for which the request says none. Default: 443 with HTTPS, 80 with HTTP.',
    ),
    oauthAllowedHosts: defaulted(
      setOf(approvedHost(), MANY),
      [],
      'Hosts of sign-on gateways: responses may redirect browsers to them by HTTPS, and pages of theirs may send forms. Other redirects lead to allowedHosts, through the proxy. Empty: no response leads a browser away.',
    ),
    allowedAddresses: defaulted(
      setOf(cidr(), { maxItems: 32 }),
      [],
      'Ranges that names may lead to beyond what they may anyhow: public addresses, and with an exact entry of allowedHosts private ones. Private ranges for names that a wildcard allows; loopback, link-local, metadata services and the ranges of the cluster for all. An address that is an entry of allowedHosts itself needs none.',
    ),
    refusedAddresses: defaulted(
      setOf(cidr(), { maxItems: 32 }),
      [],
      'Ranges that no name may lead to, such as those of the pods of the cluster; the /16 (of IPv6 the /108) around the Service of its API server, where its Services usually are, need not be named. allowedAddresses and addresses in allowedHosts come first.',
    ),
    tls: optional(
      tls,
      "With protocol HTTPS: how the targets are verified. Default: their chain, against the public authorities. It can't be turned off.",
    ),
    targets: defaulted(
      integer(1, 1024),
      64,
      'Targets that each worker of a pod has connections to at a time; the one that was asked longest ago makes room.',
    ),
    cookies: optional(
      cookies,
      "What becomes of the targets' cookies. Default: they stay as they are, but that each is sent to its own target alone.",
    ),
  },
  rules,
);

export type ForwardSpec = Infer<typeof forwardSchema>;
