import { certificate, layer4, layer7, manifest, shorthand } from './manifests.ts';
import type { ValidCase } from './types.ts';
import { validPolicies } from './valid-policies.ts';

const RELEASES = ['2021x', '2022x', '2024x', '2026x'];
const TOPOLOGIES = ['Layer4', 'Layer7Hybrid'];

const releases: readonly ValidCase[] = RELEASES.flatMap((release) =>
  TOPOLOGIES.map((topology) => ({
    desc: `release ${release} with topology ${topology}`,
    document: manifest(shorthand({ release, topology, licenseServer: { host: 'license.example.com' } })),
  })),
);

const loadBalancer = {
  provider: 'Cilium',
  scope: 'Public',
  sharingKey: 'modelling',
  class: 'cilium-l2',
  sourceRanges: ['192.0.2.0/24', '2001:db8::/32'],
  externalTrafficPolicy: 'Cluster',
  annotations: { 'example.com/pool': 'public' },
};

const headers = {
  request: {
    set: [{ name: 'X-Site', value: 'a, "b"\t(c)' }],
    add: [{ name: 'SM_USER', value: '~' }],
    remove: ['$WSAT'],
  },
  response: {
    set: [{ name: 'Cache-Control', value: 'max-age=60' }],
    add: [
      { name: 'Set-Cookie', value: 'site=a; Path=/' },
      { name: 'Set-Cookie', value: 'other=b' },
    ],
    remove: ['Server', 'Set-Cookie', 'Strict-Transport-Security'],
  },
};

const cors = {
  origins: ['https://app.example.com', 'https://*.example.com:8443', 'http://localhost:3000'],
  methods: ['GET', 'PUT'],
  headers: ['X-Token'],
  exposedHeaders: ['ETag'],
  credentials: true,
  maxAge: '2h',
};

const requestFilter = {
  methods: ['GET', 'M-SEARCH'],
  allowedPaths: [{ path: '/osmc', match: 'Prefix' }],
  deniedPaths: [{ path: '/osmc/admin', match: 'Exact' }],
  contentTypes: ['application/json', 'text/*'],
  bodySize: '1Mi',
  headerCount: 50,
  headerBytes: 8192,
};

const sources = { allow: ['10.0.0.0/8', 'fd00::/8'], deny: ['10.1.0.0/16'] };

const rateLimit = { requests: 100, per: '10s', burst: 20, key: 'Header', name: 'X-Api-Key' };

const securityHeaders = {
  referrerPolicy: 'no-referrer',
  frames: 'SameOrigin',
  frameOrigins: ['https://*.example.com'],
};

const policies = {
  headers,
  forwarded: 'Both',
  cors,
  requestFilter,
  sources,
  rateLimit,
  securityHeaders,
  hsts: { maxAge: '17520h', includeSubDomains: true, preload: true },
};

const fullFrontend = {
  name: 'web',
  port: 8443,
  protocol: 'HTTPS',
  hostnames: ['twc.example.com', '*.apps.example.com'],
  certificates: ['public', 'internal'],
  clientCertificates: { trust: ['company', 'internal'], mode: 'Optional', forward: 'ClientCert' },
  backend: 'web',
  policies,
  routes: [
    { paths: ['/webapp', '/osmc/x~y'], backend: 'web' },
    {
      paths: ['/static'],
      backend: 'web',
      policies: {
        headers,
        forwarded: 'XForwarded',
        cors,
        requestFilter,
        sources,
        rateLimit,
        securityHeaders,
      },
    },
  ],
  redirects: [
    { from: '/', to: '/webapp', status: 308 },
    { from: '/help', to: 'https://docs.example.com/twc?v=2026' },
  ],
  trustedSources: ['198.51.100.7/32'],
  proxyProtocol: { accept: 'Required', trusted: ['198.51.100.0/24', '2001:db8:1::/48'] },
  loadBalancer: { address: '192.0.2.10', hostname: 'twc.example.com', ...loadBalancer },
  limits: {
    connections: 100,
    connectionsPerSource: 10,
    headerBytes: 16384,
    bodySize: '1Gi',
    minimumRate: { bytesPerSecond: 1000, tolerance: '30s' },
  },
  timeouts: {
    connect: '500ms',
    handshake: '5s',
    header: '5s',
    request: '10m',
    keepAlive: '30s',
    idle: '8h',
    halfClose: '1m',
    drain: '1h30m',
  },
};

const passthrough = {
  name: 'passthrough',
  protocol: 'TCP',
  loadBalancer: { provider: 'AWS', addressName: 'eipalloc-0123,eipalloc-4567' },
  sniRoutes: [{ hostnames: ['client.example.com', '*.clients.example.com'], backend: 'tls' }],
};

const fullBackends = [
  {
    name: 'web',
    proxyProtocol: 'V2',
    protocol: 'HTTPS',
    servers: [
      { host: 'app-0.example.com', port: 8443, weight: 0 },
      { host: '2001:db8::10', port: 8443 },
    ],
    balance: 'RoundRobin',
    limits: { connections: 100, queueTimeout: '500ms' },
    stickyCookie: { name: 'twc_node', sameSite: 'Strict' },
    tls: { verify: 'Chain', trust: ['company', 'internal'], serverName: 'twc.example.com' },
    health: {
      active: {
        protocol: 'HTTPS',
        path: '/osmc/ping',
        expectedStatus: 200,
        interval: '30s',
        timeout: '2s',
        healthyThreshold: 1,
        unhealthyThreshold: 5,
      },
      passive: { failures: 5 },
      slowStart: '1m',
    },
  },
  {
    name: 'tls',
    protocol: 'TLS',
    service: { name: 'twc', namespace: 'modelling', port: 10002 },
    balance: 'LeastConnections',
    tls: { verify: 'Pinned', pinnedSha256: ['0123456789abcdef'.repeat(4)] },
  },
];

const everything = {
  teamworkCloud: {
    release: '2021x',
    topology: 'Layer4',
    hostname: 'twc.example.com',
    certificate: 'public',
    service: { name: 'twc', namespace: 'modelling' },
    client: { encryption: 'Cleartext', port: 3579 },
    licenseServer: { host: 'license.example.com', ports: [1101, 1102] },
    addresses: {
      webapp: '192.0.2.20',
      rest: '192.0.2.21',
      authserver: '192.0.2.22',
      client: '2001:db8::23',
      license: '192.0.2.24',
    },
    hostnames: {
      rest: 'rest.example.com',
      authserver: 'login.example.com',
      client: 'client.example.com',
      license: 'license.example.com',
    },
    protectedPods: { labels: { app: 'twc' }, allowed: [{ labels: { app: 'wap' } }] },
    backendTls: { verify: 'Chain', trust: ['company', 'internal'], serverName: 'twc.example.com' },
    healthCheck: 'Ping',
    extraPaths: ['/plugins'],
  },
  authorities: [
    { name: 'company', secretRef: { name: 'company-authorities', key: 'bundle.pem' } },
    { name: 'clients', secretRef: { name: 'client-authorities' } },
  ],
  certificates: [
    {
      name: 'public',
      secretRef: { name: 'twc-keystore' },
      keystore: {
        key: 'twc.p12',
        passwordRef: { name: 'twc-keystore', key: 'password' },
        alias: 'teamwork cloud',
      },
    },
    { ...certificate('internal'), generate: { lifetime: '720h', keyType: 'RSA-3072' } },
  ],
  frontends: [fullFrontend, passthrough],
  backends: fullBackends,
  loadBalancer: { ...loadBalancer, provider: 'None' },
  workload: {
    replicas: 3,
    autoscaling: { minReplicas: 2, maxReplicas: 6, targetCPUUtilization: 60 },
    labels: { team: 'modelling', 'example.com/stage': '' },
    annotations: { 'prometheus.io/scrape': 'true' },
    image: 'registry.example.com/teamwork-proxy:1.0.0',
    imagePullPolicy: 'Always',
    imagePullSecrets: [{ name: 'registry' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: 2, memory: '1.5Gi' } },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 30 }],
    priorityClassName: 'system-cluster-critical',
  },
  networkPolicy: {
    mode: 'Managed',
    adminNamespaces: ['monitoring'],
    egress: 'BackendsOnly',
    egressRanges: ['192.0.2.0/24'],
  },
  accessLog: 'All',
};

/** Manifests that must be admitted. */
export const validCases: readonly ValidCase[] = [
  ...validPolicies,
  { desc: 'the least shorthand', document: manifest(shorthand()) },
  {
    desc: 'the least of layer 4, without a certificate',
    document: manifest(shorthand({ topology: 'Layer4' }, { certificates: undefined })),
  },
  { desc: 'the least of explicit frontends', document: manifest(layer4()) },
  ...releases,
  { desc: 'everything set', document: manifest(everything) },
  { desc: 'the shorthand with policies', document: manifest(shorthand({ policies })) },
  {
    desc: 'layer 7 with an address for each flow',
    document: manifest(
      shorthand({
        addresses: { web: '192.0.2.10', client: '192.0.2.11', license: '192.0.2.12' },
        licenseServer: { host: 'license.example.com' },
      }),
    ),
  },
  ...(
    [
      ['TCP', 'HTTPS'],
      ['TLS', 'HTTPS'],
      ['HTTPS', 'TLS'],
    ] as const
  ).map(([protocol, check]) => ({
    desc: `a backend with protocol ${protocol} that is checked with ${check}`,
    document: manifest(
      protocol === 'HTTPS'
        ? layer7({}, { health: { active: { protocol: check } } })
        : layer4({}, { protocol, health: { active: { protocol: check, path: '/healthz' } } }),
    ),
  })),
  {
    desc: 'nodes of which one is given no more clients',
    document: manifest(
      shorthand({
        servers: [
          { host: 'twc-0', weight: 0 },
          { host: 'twc-1', weight: 100 },
        ],
      }),
    ),
  },
  {
    desc: 'an explicit frontend beside the shorthand that leads to its backend',
    document: manifest(
      shorthand({}, { frontends: [{ name: 'intranet', protocol: 'HTTP', backend: 'webapp' }] }),
    ),
  },
  { desc: 'an HTTPS frontend with routes', document: manifest(layer7()) },
  {
    desc: 'a TLS frontend',
    document: manifest(
      layer4({ protocol: 'TLS', certificates: ['public'] }, {}, { certificates: [certificate('public')] }),
    ),
  },
  {
    desc: 'servers known by their fingerprint',
    document: manifest(shorthand({ backendTls: { verify: 'Pinned', pinnedSha256: ['AB'.repeat(32)] } })),
  },
  { desc: 'unverified servers', document: manifest(layer7({}, { tls: { verify: 'None' } })) },
  {
    desc: 'one address for two ports',
    document: manifest(
      layer4(
        {},
        {},
        {
          frontends: [
            { name: 'a', protocol: 'TCP', backend: 'tcp', loadBalancer: { address: '192.0.2.10' } },
            {
              name: 'b',
              port: 444,
              protocol: 'TCP',
              backend: 'tcp',
              loadBalancer: { address: '192.0.2.10' },
            },
          ],
        },
      ),
    ),
  },
  {
    desc: 'an address range with bits behind its prefix',
    document: manifest(layer4({ trustedSources: ['192.0.2.1/24', '0.0.0.0/0', '::/0'] })),
  },
  {
    desc: 'two long paths that differ only at their end',
    document: manifest(
      layer7({ routes: [{ paths: [`/${'a'.repeat(200)}x`, `/${'a'.repeat(200)}y`], backend: 'web' }] }),
    ),
  },
  {
    desc: 'nulls, as a key without a value gives in YAML',
    document: manifest(
      layer4(
        { port: null, certificates: null, loadBalancer: { address: null, annotations: { a: null } } },
        { service: null },
        { certificates: null, teamworkCloud: null, workload: null },
      ),
    ),
  },
  {
    desc: 'labels, annotations and what kubectl get prints',
    document: manifest(layer4(), {
      labels: { team: 'modelling' },
      annotations: { 'example.com/owner': 'modelling' },
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 3,
      managedFields: [],
    }),
  },
];
