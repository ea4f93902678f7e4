import { certificate, layer7, manifest } from './manifests.ts';
import type { ValidCase } from './types.ts';

const forward = {
  allowedHosts: [
    'tm1.example.com',
    '*.example.com:8010',
    '10.0.0.5:*',
    '[fd00::5]:443',
    'xn--bcher-kva.example',
  ],
  protocol: 'HTTPS',
  port: 5898,
  oauthAllowedHosts: ['login.example.com', '*.login.example.com:8443'],
  allowedAddresses: ['127.0.0.0/8', '::1/128'],
  refusedAddresses: ['10.96.0.0/12'],
  tls: { trust: ['public'] },
  targets: 8,
  cookies: { sameSite: 'None', partitioned: true },
};

const teamOne = {
  hostname: 'teamone.example.com',
  allowedHosts: ['tm1.example.com:8010', '*.planning-analytics.ibmcloud.com'],
};

/** Frontends with HTTP and HTTPS whose routes and policies must be admitted. */
export const validPolicies: readonly ValidCase[] = [
  {
    desc: 'a route to what requests name',
    document: manifest(layer7({ routes: [{ paths: ['/'], forward }] })),
  },
  {
    desc: 'a route to what is known by its fingerprint',
    document: manifest(
      layer7({
        routes: [
          {
            paths: ['/'],
            forward: { ...forward, tls: { verify: 'Pinned', pinnedSha256: ['AB'.repeat(32)] } },
          },
        ],
      }),
    ),
  },
  {
    desc: 'a frontend with nothing but a way to HTTPS',
    document: manifest(
      layer7({ protocol: 'HTTP', certificates: [], routes: [], policies: { requireHttps: {} } }),
    ),
  },
  {
    desc: 'HTTP behind a load balancer that ends TLS',
    document: manifest(
      layer7({
        protocol: 'HTTP',
        certificates: [],
        trustedSources: ['10.0.0.0/8'],
        policies: { requireHttps: { action: 'Refuse', redirectPort: 8443, tlsPorts: [443, 8443] }, hsts: {} },
      }),
    ),
  },
  {
    desc: 'an HTTPS frontend with nothing but redirects',
    document: manifest(layer7({ routes: undefined, redirects: [{ from: '/', to: 'https://example.com/' }] })),
  },
  {
    desc: 'a gateway to TM1 that ends TLS',
    document: manifest({
      certificates: [certificate('public')],
      teamOne: {
        ...teamOne,
        tls: 'Proxy',
        certificate: 'public',
        port: 8443,
        address: '192.0.2.20',
        oauthAllowedHosts: ['login.example.com'],
        allowedAddresses: ['10.0.0.0/8'],
        refusedAddresses: ['10.244.0.0/16'],
        partitionedCookies: true,
        trust: ['public'],
        origins: ['https://sheets.example.com'],
        rateLimit: { requests: 10, per: '1s', burst: 5, key: 'Cookie', name: 'TM1SessionId' },
      },
    }),
  },
  {
    desc: 'a gateway to TM1 servers that are known by name, and to no others',
    document: manifest({
      certificates: [certificate('public')],
      teamOne: {
        hostname: 'teamone.example.com',
        servers: [{ host: 'tm1.example.com', port: 8010 }, { host: '10.0.0.5' }, { host: 'fd00::5' }],
      },
    }),
  },
  {
    desc: 'a gateway to TM1 behind a load balancer, without a certificate',
    document: manifest({ teamOne: { ...teamOne, tls: 'LoadBalancer', trustedSources: ['10.0.0.0/8'] } }),
  },
];
