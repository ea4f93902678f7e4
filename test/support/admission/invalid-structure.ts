import { certificate, layer4, layer7, manifest, shorthand } from './manifests.ts';
import type { InvalidCase } from './types.ts';

interface FieldCase {
  readonly desc: string;
  readonly spec: unknown;
  /** The field at fault, and a part of what we say about it. */
  readonly refused: readonly [path: string, says: string];
}

const unknownFields: readonly FieldCase[] = [
  {
    desc: 'a mistyped field of the specification',
    spec: { ...layer4(), frontend: [] },
    refused: ['spec.frontend', 'unknown field; did you mean frontends?'],
  },
  {
    desc: 'a mistyped field deep inside',
    spec: layer4({ loadBalancer: { sourceRange: [] } }),
    refused: ['spec.frontends[0].loadBalancer.sourceRange', 'unknown field; did you mean sourceRanges?'],
  },
  {
    desc: 'a field in the wrong case',
    spec: shorthand({ licenseserver: { host: 'license.example.com' } }),
    refused: ['spec.teamworkCloud.licenseserver', 'unknown field; did you mean licenseServer?'],
  },
  {
    desc: 'a field that resembles none',
    spec: layer4({}, { servers: [{ host: 'twc-0', port: 10002, order: 3 }] }),
    refused: ['spec.backends[0].servers[0].order', 'unknown field; there are host, port, weight'],
  },
  {
    desc: 'a field by the name of something that every JavaScript object has',
    spec: { ...layer4(), constructor: {} },
    refused: ['spec.constructor', 'unknown field'],
  },
];

const missingFields: readonly FieldCase[] = [
  {
    desc: 'no protocol',
    spec: layer4({ protocol: undefined }),
    refused: ['spec.frontends[0].protocol', 'must be given (TCP, TLS, HTTP, HTTPS): '],
  },
  {
    desc: 'a null where a value must be given',
    spec: shorthand({ hostname: null }),
    refused: ['spec.teamworkCloud.hostname', 'must be given: '],
  },
  {
    desc: 'no name of an entry',
    spec: layer4({}, {}, { certificates: [{ secretRef: { name: 'twc' } }] }),
    refused: ['spec.certificates[0].name', 'must be given: '],
  },
];

const choices: readonly FieldCase[] = [
  {
    desc: 'an unknown release',
    spec: shorthand({ release: '2020x' }),
    refused: [
      'spec.teamworkCloud.release',
      'unsupported value "2020x": supported are 2021x, 2022x, 2024x, 2026x; did you mean 2021x?',
    ],
  },
  {
    desc: 'a choice in the wrong case',
    spec: layer4({ protocol: 'tcp' }),
    refused: ['spec.frontends[0].protocol', 'did you mean TCP?'],
  },
  {
    desc: 'a status code that is no redirect',
    spec: layer7({ redirects: [{ from: '/', to: '/webapp', status: 200 }] }),
    refused: [
      'spec.frontends[0].redirects[0].status',
      'unsupported value 200: supported are 301, 302, 307, 308',
    ],
  },
];

const bounds: readonly FieldCase[] = [
  {
    desc: 'port 0',
    spec: layer4({ port: 0 }),
    refused: ['spec.frontends[0].port', 'must be from 1 to 65535, not 0'],
  },
  {
    desc: 'port 65536',
    spec: layer4({}, { servers: [{ host: 'twc-0', port: 65536 }] }),
    refused: ['spec.backends[0].servers[0].port', 'must be from 1 to 65535, not 65536'],
  },
  {
    desc: 'an empty name of a host',
    spec: layer4({}, { servers: [{ host: '', port: 1 }] }),
    refused: ['spec.backends[0].servers[0].host', 'must not be empty'],
  },
  {
    desc: 'a name that is too long',
    spec: layer4(
      {},
      { name: 'b'.repeat(41) },
      { frontends: [{ name: 'tcp', protocol: 'TCP', backend: 'c' }] },
    ),
    refused: ['spec.backends[0].name', 'is too long: at most 40 characters'],
  },
  {
    desc: 'a list that is too long',
    spec: shorthand({ servers: Array.from({ length: 33 }, (_, node) => ({ host: `twc-${node}` })) }),
    refused: ['spec.teamworkCloud.servers', 'must have at most 32 entries, not 33'],
  },
  {
    desc: 'a list that is too short',
    spec: shorthand({ licenseServer: { host: 'license.example.com', ports: [] } }),
    refused: ['spec.teamworkCloud.licenseServer.ports', 'must have at least 1 entries, not 0'],
  },
  {
    desc: 'a map that is too large',
    spec: layer4(
      {},
      {},
      {
        workload: {
          nodeSelector: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`label-${n}`, 'x'])),
        },
      },
    ),
    refused: ['spec.workload.nodeSelector', 'must have at most 16 entries, not 17'],
  },
];

const types: readonly FieldCase[] = [
  {
    desc: 'a number in quotes',
    spec: layer4({ port: '443' }),
    refused: ['spec.frontends[0].port', 'must be a whole number, not "443"; remove the quotes'],
  },
  {
    desc: 'a number that is not whole',
    spec: layer4({ port: 443.5 }),
    refused: ['spec.frontends[0].port', 'must be a whole number, not 443.5'],
  },
  {
    desc: 'a number where a string is wanted',
    spec: layer4({ loadBalancer: { annotations: { weight: 3 } } }),
    refused: [
      'spec.frontends[0].loadBalancer.annotations.weight',
      'must be a string, not 3; put it in quotes',
    ],
  },
  {
    desc: 'a string where a list is wanted',
    spec: layer4({}, { servers: 'twc-0' }),
    refused: ['spec.backends[0].servers', 'must be a list, not "twc-0"'],
  },
  {
    desc: 'a list where an object is wanted',
    spec: layer4({}, {}, { workload: [] }),
    refused: ['spec.workload', 'must be an object, not []'],
  },
  {
    desc: 'a null as an entry of a list',
    spec: layer4({}, { servers: [null] }),
    refused: ['spec.backends[0].servers[0]', 'must be an object, not null'],
  },
  {
    desc: 'a quantity that is not whole and not a string',
    spec: layer4({}, {}, { workload: { resources: { limits: { cpu: 0.5 } } } }),
    refused: ['spec.workload.resources.limits.cpu', 'must be a whole number or a string, not 0.5'],
  },
  {
    desc: 'a specification that is no object',
    spec: 'twc',
    refused: ['spec', 'must be an object, not "twc"'],
  },
];

const doubles: readonly FieldCase[] = [
  {
    desc: 'two frontends of one name',
    spec: layer4(
      {},
      {},
      {
        frontends: [443, 444].map((port) => ({ name: 'tcp', protocol: 'TCP', backend: 'tcp', port })),
      },
    ),
    refused: ['spec.frontends[1]', 'name "tcp" is there already, as entry 0; give each once'],
  },
  {
    desc: 'two certificates of one name',
    spec: shorthand(
      {},
      { certificates: [certificate('public'), certificate('other'), certificate('public')] },
    ),
    refused: ['spec.certificates[2]', 'name "public" is there already, as entry 0; give each once'],
  },
  {
    desc: 'a path twice in one route',
    spec: layer7({ routes: [{ paths: ['/a', '/b', '/a'], backend: 'web' }] }),
    refused: ['spec.frontends[0].routes[0].paths[2]', '"/a" is there already, as entry 0; give each once'],
  },
];

const patterns: readonly FieldCase[] = [
  {
    desc: 'a name in upper case',
    spec: layer4({ name: 'Web' }),
    refused: [
      'spec.frontends[0].name',
      'must be lower-case letters, digits and hyphens, such as `web-1`, not "Web"',
    ],
  },
  ...['*.example.com', 'TWC.example.com', 'https://twc.example.com', 'twc.example.com.'].map((hostname) => ({
    desc: `public host name ${hostname}`,
    spec: shorthand({ hostname }),
    refused: ['spec.teamworkCloud.hostname', 'must be lower-case letters, digits, hyphens and dots'] as const,
  })),
  {
    desc: 'a host name with a star inside',
    spec: layer7({ hostnames: ['twc.*.example.com'] }),
    refused: ['spec.frontends[0].hostnames[0]', 'must be a host name in lower case'],
  },
  {
    desc: 'a URL as a server',
    spec: shorthand({ servers: [{ host: 'https://twc-0' }] }),
    refused: ['spec.teamworkCloud.servers[0].host', 'must be a DNS name or an IP address, without scheme'],
  },
  ...['webapp', '/webapp/', '/webapp?x=1', '//webapp', '/a b', '/ä'].map((path) => ({
    desc: `path ${path}`,
    spec: layer7({ routes: [{ paths: [path], backend: 'web' }] }),
    refused: ['spec.frontends[0].routes[0].paths[0]', 'must be a path such as `/webapp`'] as const,
  })),
  ...['webapp', 'ftp://example.com/', 'https://example.com', '/a\r\nSet-Cookie: a=b', '/\u00a0'].map(
    (to) => ({
      desc: `redirect to ${JSON.stringify(to)}`,
      spec: layer7({ redirects: [{ from: '/', to }] }),
      refused: ['spec.frontends[0].redirects[0].to', 'must be a path such as `/webapp`, or a URL'] as const,
    }),
  ),
  {
    desc: 'a duration without a unit',
    spec: layer4({ timeouts: { idle: '30' } }),
    refused: ['spec.frontends[0].timeouts.idle', 'must be a duration such as `30s`'],
  },
  {
    desc: 'a size in a unit that is not known',
    spec: layer4({ limits: { bodySize: '10MB' } }),
    refused: ['spec.frontends[0].limits.bodySize', 'must be a number of bytes such as'],
  },
  {
    desc: 'a quantity in a unit that is not known',
    spec: layer4({}, {}, { workload: { resources: { limits: { memory: '1GB' } } } }),
    refused: ['spec.workload.resources.limits.memory', 'must be a quantity such as'],
  },
  {
    desc: 'a fingerprint with colons',
    spec: layer7({}, { tls: { verify: 'Pinned', pinnedSha256: ['AB:'.repeat(21) + 'A'] } }),
    refused: ['spec.backends[0].tls.pinnedSha256[0]', 'must be 64 hexadecimal digits without colons'],
  },
  {
    desc: 'a key that no Secret can have',
    spec: shorthand(
      {},
      {
        certificates: [{ ...certificate('public'), keystore: { key: 'certs/keystore.p12' } }],
      },
    ),
    refused: ['spec.certificates[0].keystore.key', 'must be a key of a Secret'],
  },
];

const documents: readonly InvalidCase[] = [
  {
    desc: 'a name that no Service can have',
    document: manifest(layer4(), { name: 'twc.example.com' }),
    wantErrors: [{ path: 'metadata.name', says: 'as Services are named after it, not "twc.example.com"' }],
  },
  {
    desc: 'a name that begins with a digit',
    document: manifest(layer4(), { name: '1st' }),
    wantErrors: [{ path: 'metadata.name', says: 'with a letter first' }],
  },
  {
    desc: 'a name that is too long for labels',
    document: manifest(layer4(), { name: 't'.repeat(41) }),
    wantErrors: [{ path: 'metadata.name', says: 'is too long: at most 40 characters' }],
  },
  {
    desc: 'no name',
    document: manifest(layer4(), { name: undefined }),
    wantErrors: [{ path: 'metadata.name', says: 'must be given' }],
  },
  {
    desc: 'no specification',
    document: manifest(undefined),
    wantErrors: [{ path: 'spec', says: 'must be given' }],
  },
  {
    desc: 'a field beside spec that is not known',
    document: { ...manifest(layer4()), specs: {} },
    wantErrors: [{ path: 'specs', says: 'unknown field; did you mean spec?' }],
  },
  {
    desc: 'a field of metadata that is not known',
    document: manifest(layer4(), { anotations: {} }),
    wantErrors: [{ path: 'metadata.anotations', says: 'unknown field; did you mean annotations?' }],
  },
  {
    desc: 'several faults, all of which are told',
    document: manifest(layer4({ port: 0 }, { protocol: 'UDP', balance: 'Random' })),
    wantErrors: [
      { path: 'spec.frontends[0].port', says: 'must be from 1' },
      { path: 'spec.backends[0].protocol', says: 'unsupported value "UDP"' },
      { path: 'spec.backends[0].balance', says: 'unsupported value "Random"' },
    ],
  },
];

/** Manifests that the structure of the schema refuses. */
export const invalidByStructure: readonly InvalidCase[] = [
  ...documents,
  ...[unknownFields, missingFields, choices, bounds, types, doubles, patterns]
    .flat()
    .map(({ desc, spec, refused: [path, says] }) => ({
      desc,
      document: manifest(spec),
      wantErrors: [{ path, says }],
    })),
];
