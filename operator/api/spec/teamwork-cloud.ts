import {
  defaulted,
  defaultedObject,
  listOf,
  object,
  oneOf,
  optional,
  required,
  setOf,
  stringMap,
} from '../schema/builder.ts';
import type { CelRule, Infer } from '../schema/builder.ts';
import { backendTlsSchema } from './backend.ts';
import { httpsPoliciesSchema } from './policies.ts';
import { dnsName, entryName, ipAddress, objectName, port, serverHost, urlPath, weight } from './scalars.ts';

const server = object({
  host: required(serverHost(), 'DNS name or IP address of a Teamwork Cloud node.'),
  weight: optional(
    weight(),
    'Its share of the clients, beside those of the other nodes. 0, before it is taken out of service: it is given no client as long as any other node can be reached. Default: 1.',
  ),
});

const service = object({
  name: required(
    objectName(),
    'Name of a Service that leads to the Teamwork Cloud nodes; make it headless so that each node is balanced.',
  ),
  namespace: optional(objectName(), 'Namespace of the Service. Default: that of the TeamworkProxy.'),
});

const client = object(
  {
    encryption: defaulted(
      oneOf('TLS', 'Cleartext'),
      'TLS',
      'Which of the servers’ client ports is used: the TLS one (10002), or with Cleartext, which must be asked for by name, the unencrypted one (3579).',
    ),
    port: optional(port(), 'Port of the servers, where it is not the usual one.'),
  },
  [
    {
      rule: "!has(self.port) || self.port != 3579 || self.encryption == 'Cleartext'",
      message:
        'port: 3579 is the unencrypted client port; use the TLS port (10002), or say encryption: Cleartext if that is really meant',
    },
  ],
);

const licenseServer = object({
  host: required(serverHost(), 'DNS name or IP address of the FlexNet or DSLS server.'),
  ports: defaulted(
    setOf(port(), { minItems: 1, maxItems: 4 }),
    [1101],
    'Ports of the licence server; each becomes a flow with an address of its own.',
  ),
});

const addresses = object({
  web: optional(ipAddress(), 'Layer7Hybrid: address of the HTTPS flow.'),
  webapp: optional(ipAddress(), 'Layer4: address of the Web Application Platform.'),
  rest: optional(ipAddress(), 'Layer4: address of the REST API.'),
  authserver: optional(ipAddress(), 'Layer4 with release 2021x: address of the Authserver.'),
  client: optional(ipAddress(), 'Address of the modelling client flow.'),
  license: optional(ipAddress(), 'Address of the licence flow (of its first port).'),
});

const hostnames = object({
  rest: optional(dnsName(), 'Layer4: name of the REST API.'),
  authserver: optional(dnsName(), 'Layer4 with release 2021x: name of the Authserver.'),
  client: optional(dnsName(), 'Name of the modelling client flow.'),
  license: optional(dnsName(), 'Name of the licence flow (of its first port).'),
});

const pods = object({
  labels: required(stringMap(16, 63), 'Labels by which the pods are selected.'),
});

const protectedPods = object({
  labels: required(stringMap(16, 63), 'Labels by which the Teamwork Cloud pods are selected.'),
  allowed: defaulted(
    listOf(pods, { maxItems: 16 }),
    [],
    'Further pods of this namespace that need that port, such as those of the Web Application Platform.',
  ),
});

const rules: readonly CelRule[] = [
  {
    rule: "self.topology == 'Layer7Hybrid' || !has(self.policies)",
    message:
      'policies: with topology Layer4 no flow reads requests; remove them, or choose topology Layer7Hybrid',
  },
  {
    rule: 'has(self.service) != (size(self.servers) > 0)',
    message: 'give either servers or service, not both and not neither',
  },
  {
    rule: "self.topology == 'Layer4' ? !has(self.addresses.web) : (!has(self.addresses.webapp) && !has(self.addresses.rest) && !has(self.addresses.authserver))",
    message:
      'addresses: topology Layer7Hybrid has the flows web, client and license; topology Layer4 has webapp, rest, client and license (and authserver with release 2021x)',
  },
  {
    rule: 'has(self.licenseServer) || !has(self.addresses.license)',
    message:
      'addresses.license: there is no licence flow without licenseServer; add it or remove the address',
  },
  {
    rule: "self.release == '2021x' || !has(self.addresses.authserver)",
    message: 'addresses.authserver: only release 2021x has an Authserver of its own; remove the address',
  },
  {
    rule: "self.topology == 'Layer4' || (!has(self.hostnames.rest) && !has(self.hostnames.authserver))",
    message:
      'hostnames: with topology Layer7Hybrid only the flows client and license have names of their own; remove the others, or choose topology Layer4',
  },
];

export const teamworkCloudSchema = object(
  {
    release: required(
      oneOf('2021x', '2022x', '2024x', '2026x'),
      'Release of Teamwork Cloud or Magic Collaboration Studio: decides the paths and the flows.',
    ),
    topology: defaulted(
      oneOf('Layer4', 'Layer7Hybrid'),
      'Layer7Hybrid',
      'Layer4 passes every flow on, each with an address of its own (3, or 4 with a licence server). Layer7Hybrid ends TLS and serves WebApp and REST on one address by path (2, or 3).',
    ),
    hostname: required(
      dnsName(),
      'Public host name that browsers use: of the HTTPS flow, or with topology Layer4 of the Web Application Platform.',
    ),
    certificate: optional(
      entryName(),
      'Layer7Hybrid: name of the entry of spec.certificates that is served. Default: the first one.',
    ),
    servers: defaulted(listOf(server, { maxItems: 32 }), [], 'The Teamwork Cloud nodes.'),
    service: optional(service, 'A Service of the cluster, instead of servers.'),
    client: defaultedObject(client, 'The flow of the modelling client.'),
    licenseServer: optional(
      licenseServer,
      'The licence server (FlexNet or DSLS), where clients are to reach it through this proxy.',
    ),
    addresses: defaultedObject(addresses, 'Addresses to ask for, per flow.'),
    hostnames: defaultedObject(
      hostnames,
      'DNS names of the flows that `hostname` does not lead to, as each has an address of its own. Clients of a flow without one use its address.',
    ),
    policies: optional(
      httpsPoliciesSchema,
      'Layer7Hybrid: what is done with all requests and responses of the web flow on their way.',
    ),
    protectedPods: optional(
      protectedPods,
      'Where Teamwork Cloud runs in this namespace: a NetworkPolicy lets nobody but this proxy and the nodes themselves reach their unencrypted client port 3579, which stays open whatever is set on the servers. All other ports stay as they are.',
    ),
    backendTls: optional(
      backendTlsSchema,
      'Layer7Hybrid: how the nodes’ certificates are verified. Default: Chain, trusting the served certificate, which the nodes usually have as well.',
    ),
    healthCheck: defaulted(
      oneOf('Handshake', 'Ping', 'Off'),
      'Handshake',
      'How the proxy finds out whether nodes work. Handshake: by a TLS handshake on each port (the unencrypted client port: by a connection). Ping: the REST API is asked for /osmc/ping as well, which the vendor does not document. Off: by failing connections alone. Licence servers are never asked.',
    ),
    extraPaths: defaulted(
      setOf(urlPath(), { maxItems: 32 }),
      [],
      'Layer7Hybrid: further paths of the Web Application Platform.',
    ),
  },
  rules,
);

/** Shorthand for Teamwork Cloud: expands to frontends and backends. */
export type TeamworkCloudSpec = Infer<typeof teamworkCloudSchema>;
