import { integer, listByKey, listOf, object, oneOf, optional, required, string } from './schema/builder.ts';
import type { Infer } from './schema/builder.ts';

const text = () => string({ maxLength: 4096 });

const condition = object({
  type: required(string({ maxLength: 316 }), 'What the condition is about.'),
  status: required(oneOf('True', 'False', 'Unknown'), 'Whether it holds.'),
  observedGeneration: optional(
    integer(0, Number.MAX_SAFE_INTEGER),
    'Generation of the resource that this was found out for.',
  ),
  lastTransitionTime: required(string({ format: 'date-time', maxLength: 64 }), 'When status changed last.'),
  reason: required(string({ maxLength: 1024 }), 'Why, in one CamelCase word.'),
  message: required(string({ maxLength: 32768 }), 'Why, and what to do.'),
});

const finding = object({
  path: required(text(), 'Field of the resource that this is about.'),
  reason: required(text(), 'What was found, in one CamelCase word.'),
  message: required(text(), 'What was found, and what to do about it.'),
});

const frontend = object({
  name: required(text(), 'Name of the frontend.'),
  protocol: required(text(), 'TCP, TLS, HTTP or HTTPS.'),
  port: required(integer(1, 65535), 'Port that clients connect to.'),
  requestedAddress: optional(text(), 'Address asked for.'),
  address: optional(text(), 'Address assigned; missing until there is one.'),
  url: optional(text(), 'What clients use: a URL, or host:port.'),
  backends: required(listOf(text(), { maxItems: 64 }), 'Names of the backends behind it.'),
  message: optional(text(), 'What is wrong with this flow.'),
});

const certificate = object({
  name: required(text(), 'Name of the certificate.'),
  subject: optional(text(), 'Subject of the leaf certificate.'),
  notAfter: optional(string({ format: 'date-time', maxLength: 64 }), 'When it expires.'),
  fingerprint: optional(text(), 'SHA-256 fingerprint of the leaf certificate, hexadecimal.'),
  state: required(
    oneOf('Valid', 'LastGood', 'Missing'),
    'Valid: as the Secret has it. LastGood: the Secret is unusable, what worked before is served. Missing: nothing can be served.',
  ),
  reason: optional(
    text(),
    'What is wrong with it, in one CamelCase word, or that it expires soon (ExpiresSoon); missing where all is well.',
  ),
  message: optional(text(), 'What is wrong with it, and what to do.'),
});

const backend = object({
  name: required(text(), 'Name of the backend.'),
  servers: required(integer(0, 1000), 'Number of its servers.'),
  up: required(integer(0, 1000), 'Number of those that are not known to be down.'),
  message: optional(text(), 'Which servers are down, and why.'),
});

const dataPlane = object({
  configHash: optional(text(), 'SHA-256 of the configuration that the pods are to serve.'),
  desired: required(integer(0, 1000), 'Number of proxy pods wanted.'),
  serving: required(integer(0, 1000), 'Number of proxy pods that report this configuration.'),
});

const clientSettings = object({
  webapp: optional(text(), 'URL of the Web Application Platform.'),
  rest: optional(text(), 'URL of the REST API.'),
  modelingClient: optional(text(), 'What a modeller types as the server in the login dialog.'),
  license: optional(text(), 'Licence server, as port@host.'),
});

export const statusSchema = object({
  observedGeneration: optional(
    integer(0, Number.MAX_SAFE_INTEGER),
    'Generation of the resource that this status is about.',
  ),
  conditions: optional(
    listByKey('type', condition, { maxItems: 16 }),
    'Accepted, CertificatesValid, AddressesAssigned, Programmed, BackendsHealthy, and Ready as their sum.',
  ),
  addresses: optional(text(), 'The assigned addresses, for kubectl get.'),
  certificateExpiry: optional(
    string({ format: 'date-time', maxLength: 64 }),
    'When the first of the certificates expires.',
  ),
  frontends: optional(listByKey('name', frontend, { maxItems: 64 }), 'The flows.'),
  certificates: optional(listByKey('name', certificate, { maxItems: 16 }), 'The certificates.'),
  backends: optional(
    listByKey('name', backend, { maxItems: 64 }),
    'The backends in use, as the proxy pods find them.',
  ),
  findings: optional(listOf(finding, { maxItems: 64 }), 'What works but deserves attention.'),
  dataPlane: optional(dataPlane, 'The proxy pods.'),
  clientSettings: optional(clientSettings, 'What people enter in their clients.'),
});

/** What the operator reports of a TeamworkProxy. */
export type TeamworkProxyStatus = Infer<typeof statusSchema>;
export type FrontendReport = Infer<typeof frontend>;
export type CertificateReport = Infer<typeof certificate>;
export type BackendReport = Infer<typeof backend>;
/** Something that works but deserves attention; `path` is a field of the resource. */
export type Finding = Infer<typeof finding>;
export type ClientSettings = Infer<typeof clientSettings>;
