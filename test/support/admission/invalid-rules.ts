import { invalidHosts } from './invalid-hosts.ts';
import { invalidPolicies } from './invalid-policies.ts';
import { invalidTeamOne } from './invalid-team-one.ts';
import { invalidWorkloads } from './invalid-workload.ts';
import { certificate, layer4, layer7, manifest, shorthand } from './manifests.ts';
import type { InvalidCase, RuleCase } from './types.ts';

const UNKNOWN_BACKEND =
  'frontends: a backend is named that spec.backends does not have; add it there or correct the name';
const LAYERS =
  'frontends: the protocols of frontend and backend do not fit: behind TCP and TLS frontends a backend has protocol TCP or TLS, behind HTTP and HTTPS frontends HTTP or HTTPS';
const LAYER_7_FIELDS =
  'routes, redirects and hostnames need protocol HTTP or HTTPS; with TCP and TLS name one backend instead';
const DESTINATION =
  'backend: say where the connections go: a backend, with protocol TCP also sniRoutes, with protocol HTTP and HTTPS also routes or redirects';
const PROXY_TRUST =
  'proxyProtocol.trusted: say whose PROXY headers are taken with accept Optional or Required, and nobody otherwise';
const SERVERS = 'give either servers or service, not both and not neither';
const ADDRESSES =
  'addresses: topology Layer7Hybrid has the flows web, client and license; topology Layer4 has webapp, rest, client and license (and authserver with release 2021x)';
const CHECK_PROTOCOL =
  'health.active.protocol: servers that speak TLS are checked with TCP, TLS or HTTPS, servers that speak HTTP with TCP or HTTP; change the protocol of the check';
const CHECK_PATH =
  'health.active: only a check with protocol HTTP or HTTPS asks for a path and looks at a status; set its protocol, or remove path and expectedStatus';
const PINS = 'pinnedSha256: give at least one fingerprint with verify Pinned, and none otherwise';

const crossReferences: readonly RuleCase[] = [
  {
    desc: 'nothing to serve',
    spec: {},
    refused: ['spec', 'nothing to serve: give teamworkCloud, teamOne, or at least one entry of frontends'],
  },
  { desc: 'an unknown backend', spec: layer4({ backend: 'tpc' }), refused: ['spec', UNKNOWN_BACKEND] },
  {
    desc: 'a route to an unknown backend',
    spec: layer7({ routes: [{ paths: ['/'], backend: 'wbe' }] }),
    refused: ['spec', UNKNOWN_BACKEND],
  },
  {
    desc: 'a server name that leads to an unknown backend',
    spec: layer4({ sniRoutes: [{ hostnames: ['a.test'], backend: 'tpc' }] }),
    refused: ['spec', UNKNOWN_BACKEND],
  },
  {
    desc: 'a backend of the shorthand without the shorthand',
    spec: layer7({ routes: [{ paths: ['/'], backend: 'webapp' }] }),
    refused: ['spec', UNKNOWN_BACKEND],
  },
  {
    desc: 'an unknown certificate',
    spec: layer7({ certificates: ['public', 'pubic'] }),
    refused: [
      'spec',
      'frontends: a certificate is named that spec.certificates does not have; add it there or correct the name',
    ],
  },
  {
    desc: 'an unknown certificate that clients lead to',
    spec: layer7({ clientCertificates: { trust: ['clients'] } }),
    refused: [
      'spec',
      'frontends: clientCertificates.trust names what neither spec.authorities nor spec.certificates has; add it there or correct the name',
    ],
  },
  {
    desc: 'authorities that are to be served',
    spec: {
      ...layer7({ certificates: ['public', 'company'] }),
      authorities: [{ name: 'company', secretRef: { name: 'company' } }],
    },
    refused: [
      'spec',
      'frontends: a certificate is named that spec.certificates does not have; add it there or correct the name',
    ],
  },
  {
    desc: 'authorities with the name of a certificate',
    spec: { ...layer7({}), authorities: [{ name: 'public', secretRef: { name: 'company' } }] },
    refused: [
      'spec',
      'authorities: an entry of spec.certificates has the same name, so it is undecided which of them is trusted; rename one',
    ],
  },
  {
    desc: 'an unknown certificate that is trusted',
    spec: layer7({}, { tls: { trust: ['internal'] } }),
    refused: [
      'spec',
      'backends: tls.trust names what neither spec.authorities nor spec.certificates has; add it there or correct the name',
    ],
  },
  {
    desc: 'layer 4 before layer 7',
    spec: layer4({}, { protocol: 'HTTPS' }),
    refused: ['spec', LAYERS],
  },
  {
    desc: 'a server name that leads to layer 7',
    spec: layer4(
      { backend: undefined, sniRoutes: [{ hostnames: ['a.test'], backend: 'tcp' }] },
      { protocol: 'HTTPS' },
    ),
    refused: ['spec', LAYERS],
  },
  {
    desc: 'a route of layer 7 before layer 4',
    spec: layer7({}, { protocol: 'TCP' }),
    refused: ['spec', LAYERS],
  },
  {
    desc: 'one address and port twice',
    spec: layer4(
      {},
      {},
      {
        frontends: ['a', 'b'].map((name) => ({
          name,
          protocol: 'TCP',
          backend: 'tcp',
          loadBalancer: { address: '192.0.2.10' },
        })),
      },
    ),
    refused: [
      'spec',
      'frontends: two flows ask for the same address and port; give each an address of its own, or another port',
    ],
  },
  {
    desc: 'topology Layer7Hybrid without a certificate',
    spec: shorthand({}, { certificates: [] }),
    refused: [
      'spec',
      'certificates: topology Layer7Hybrid ends TLS and needs an entry of spec.certificates; add it, or choose topology Layer4',
    ],
  },
  {
    desc: 'an unknown certificate of the shorthand',
    spec: shorthand({ certificate: 'pubic' }),
    refused: [
      'spec',
      'teamworkCloud.certificate: spec.certificates has no entry of this name; add it there or correct the name',
    ],
  },
  {
    desc: 'an unknown certificate that the shorthand trusts',
    spec: shorthand({ backendTls: { trust: ['internal'] } }),
    refused: [
      'spec',
      'teamworkCloud.backendTls.trust: neither spec.authorities nor spec.certificates has an entry of this name; add it there or correct the name',
    ],
  },
];

const frontends: readonly RuleCase[] = [
  ...['TLS', 'HTTPS'].map((protocol) => ({
    desc: `a frontend with protocol ${protocol} without certificates`,
    spec: protocol === 'TLS' ? layer4({ protocol }) : layer7({ protocol, certificates: undefined }),
    refused: [
      'spec.frontends[0]',
      'certificates: name at least one entry of spec.certificates, because a frontend with protocol TLS or HTTPS ends TLS',
    ] as const,
  })),
  {
    desc: 'a certificate for a frontend that does not end TLS',
    spec: layer4({ certificates: ['public'] }, {}, { certificates: [certificate('public')] }),
    refused: [
      'spec.frontends[0]',
      'certificates: only a frontend with protocol TLS or HTTPS ends TLS; remove the certificates or change the protocol',
    ],
  },
  {
    desc: 'certificates of clients whose TLS is not ended',
    spec: layer4(
      { clientCertificates: { trust: ['public'] } },
      {},
      { certificates: [certificate('public')] },
    ),
    refused: [
      'spec.frontends[0]',
      'clientCertificates: only a frontend with protocol TLS or HTTPS ends TLS; remove them or change the protocol',
    ],
  },
  {
    desc: 'certificates of clients told to servers of layer 4',
    spec: layer4(
      {
        protocol: 'TLS',
        certificates: ['public'],
        clientCertificates: { trust: ['public'], forward: 'ClientCert' },
      },
      {},
      { certificates: [certificate('public')] },
    ),
    refused: [
      'spec.frontends[0]',
      'clientCertificates.forward: only a frontend with protocol HTTPS passes on requests that can carry a certificate; leave it out or change the protocol',
    ],
  },
  {
    desc: 'routes of layer 4',
    spec: layer4({ routes: [{ paths: ['/'], backend: 'tcp' }] }),
    refused: ['spec.frontends[0]', LAYER_7_FIELDS],
  },
  {
    desc: 'redirects of layer 4',
    spec: layer4({ redirects: [{ from: '/', to: '/webapp' }] }),
    refused: ['spec.frontends[0]', LAYER_7_FIELDS],
  },
  {
    desc: 'host names of layer 4',
    spec: layer4({ hostnames: ['twc.example.com'] }),
    refused: ['spec.frontends[0]', LAYER_7_FIELDS],
  },
  {
    desc: 'layer 4 without a backend',
    spec: layer4({ backend: undefined }),
    refused: ['spec.frontends[0]', DESTINATION],
  },
  {
    desc: 'server names with TLS that is ended here',
    spec: layer4(
      { protocol: 'TLS', certificates: ['public'], sniRoutes: [{ hostnames: ['a.test'], backend: 'tcp' }] },
      {},
      { certificates: [certificate('public')] },
    ),
    refused: [
      'spec.frontends[0]',
      'sniRoutes: only with protocol TCP is TLS passed on as it is; remove them or change the protocol',
    ],
  },
  ...[{ accept: 'Required' }, { accept: 'Optional', trusted: [] }, { trusted: ['192.0.2.0/24'] }].map(
    (proxyProtocol) => ({
      desc: `PROXY headers with ${JSON.stringify(proxyProtocol)}`,
      spec: layer4({ proxyProtocol }),
      refused: ['spec.frontends[0]', PROXY_TRUST] as const,
    }),
  ),
  {
    desc: 'layer 7 without backend, routes and redirects',
    spec: layer7({ routes: undefined }),
    refused: ['spec.frontends[0]', DESTINATION],
  },
];

const backends: readonly RuleCase[] = [
  {
    desc: 'a backend with neither servers nor service',
    spec: layer4({}, { servers: [] }),
    refused: ['spec.backends[0]', SERVERS],
  },
  {
    desc: 'a backend with servers and service',
    spec: layer4({}, { service: { name: 'twc', port: 443 } }),
    refused: ['spec.backends[0]', SERVERS],
  },
  {
    desc: 'TLS settings of a cleartext backend',
    spec: layer4({}, { tls: {} }),
    refused: [
      'spec.backends[0]',
      'tls: only a backend with protocol TLS or HTTPS speaks TLS; remove tls or change the protocol',
    ],
  },
  {
    desc: 'verify Pinned without a fingerprint',
    spec: layer7({}, { tls: { verify: 'Pinned' } }),
    refused: ['spec.backends[0].tls', PINS],
  },
  {
    desc: 'a fingerprint without verify Pinned',
    spec: layer7({}, { tls: { pinnedSha256: ['f'.repeat(64)] } }),
    refused: ['spec.backends[0].tls', PINS],
  },
  {
    desc: 'trust without verify Chain',
    spec: layer7({}, { tls: { verify: 'None', trust: ['public'] } }),
    refused: [
      'spec.backends[0].tls',
      'trust: only verify Chain looks at trusted certificates; remove trust or set verify to Chain',
    ],
  },
  {
    desc: 'a cookie for a backend of layer 4',
    spec: layer4({}, { stickyCookie: {} }),
    refused: [
      'spec.backends[0]',
      'stickyCookie: only a backend with protocol HTTP or HTTPS knows cookies; remove it or change the protocol',
    ],
  },
  {
    desc: 'a cleartext check of servers that speak TLS',
    spec: layer7({}, { health: { active: { protocol: 'HTTP' } } }),
    refused: ['spec.backends[0]', CHECK_PROTOCOL],
  },
  {
    desc: 'a check by TLS of servers that speak HTTP',
    spec: layer7({}, { protocol: 'HTTP', health: { active: { protocol: 'TLS' } } }),
    refused: ['spec.backends[0]', CHECK_PROTOCOL],
  },
  {
    desc: 'a path for a check that only shakes hands',
    spec: layer7({}, { health: { active: { protocol: 'TLS', path: '/osmc/ping' } } }),
    refused: ['spec.backends[0]', CHECK_PATH],
  },
  {
    desc: 'a status for the check of a backend of layer 4 that is not said to speak HTTP',
    spec: layer4({}, { health: { active: { expectedStatus: 200 } } }),
    refused: ['spec.backends[0]', CHECK_PATH],
  },
];

const teamworkCloud: readonly RuleCase[] = [
  {
    desc: 'a shorthand with neither servers nor service',
    spec: shorthand({ servers: undefined }),
    refused: ['spec.teamworkCloud', SERVERS],
  },
  {
    desc: 'a shorthand with servers and service',
    spec: shorthand({ service: { name: 'twc' } }),
    refused: ['spec.teamworkCloud', SERVERS],
  },
  {
    desc: 'an address of layer 7 with topology Layer4',
    spec: shorthand({ topology: 'Layer4', addresses: { web: '192.0.2.10' } }),
    refused: ['spec.teamworkCloud', ADDRESSES],
  },
  {
    desc: 'an address of layer 4 with topology Layer7Hybrid',
    spec: shorthand({ addresses: { rest: '192.0.2.10' } }),
    refused: ['spec.teamworkCloud', ADDRESSES],
  },
  {
    desc: 'an address for a licence flow that is not there',
    spec: shorthand({ addresses: { license: '192.0.2.10' } }),
    refused: [
      'spec.teamworkCloud',
      'addresses.license: there is no licence flow without licenseServer; add it or remove the address',
    ],
  },
  {
    desc: 'an address for an Authserver that the release does not have',
    spec: shorthand({ topology: 'Layer4', addresses: { authserver: '192.0.2.10' } }),
    refused: [
      'spec.teamworkCloud',
      'addresses.authserver: only release 2021x has an Authserver of its own; remove the address',
    ],
  },
  {
    desc: 'an address by number and by name',
    spec: layer4({ loadBalancer: { address: '192.0.2.10', addressName: 'eipalloc-1' } }),
    refused: ['spec.frontends[0].loadBalancer', 'give address or addressName, not both'],
  },
  {
    desc: 'a name for a flow that the topology does not have',
    spec: shorthand({ hostnames: { rest: 'rest.example.com' } }),
    refused: [
      'spec.teamworkCloud',
      'hostnames: with topology Layer7Hybrid only the flows client and license have names of their own; remove the others, or choose topology Layer4',
    ],
  },
  {
    desc: 'the cleartext port without its being asked for by name',
    spec: shorthand({ client: { port: 3579 } }),
    refused: [
      'spec.teamworkCloud.client',
      'port: 3579 is the unencrypted client port; use the TLS port (10002), or say encryption: Cleartext if that is really meant',
    ],
  },
];

/** Manifests that a CEL rule refuses; every rule is broken by one of them at least. */
export const invalidByRule: readonly InvalidCase[] = [
  ...crossReferences,
  ...frontends,
  ...backends,
  ...teamworkCloud,
  ...invalidHosts,
  ...invalidPolicies,
  ...invalidTeamOne,
  ...invalidWorkloads,
].map(({ desc, spec, refused: [path, says] }) => ({
  desc,
  document: manifest(spec),
  wantErrors: [{ path, says }],
}));
