import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { request } from './support/client.ts';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, deleteNamespace, kube } from './support/kube.ts';
import { hostname } from './support/layout.ts';
import { addressOf, waitUntilReady } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';
import { applyKeystore, keystoreSecret } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-service';
const app = 'app';
const port = 8443;
const { authority, keystore } = readFixtures();

/** Says which pod it is. What runs it is the Node of the proxy's image. */
const program = `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
const file = (name) => readFileSync('/tls/' + name);
const server = createServer({ key: file('tls.key'), cert: file('tls.crt') }, (request, response) => {
  response.end(process.env.POD);
});
server.listen(${port});
process.on('SIGTERM', () => process.exit(0));
`;

const labels = { app };

/** Pods that serve HTTPS behind a headless Service, and the proxy that is led to them by the Service's name. */
function manifests(replicas: number): readonly object[] {
  const { chainPem, keyPem } = certificate;
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: app }, data: { 'server.mjs': program } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: 'app-tls' },
      stringData: { 'tls.crt': chainPem + internal.rootPem, 'tls.key': keyPem },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: app },
      spec: { clusterIP: 'None', selector: labels, ports: [{ port }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: app },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec },
      },
    },
  ];
}

const internal = makeAuthority({ name: 'Internal root' });
const certificate = issue(internal, { commonName: app, dns: [`${app}.${namespace}.svc`] });

const podSpec = {
  terminationGracePeriodSeconds: 5,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, fsGroup: 65_532 },
  containers: [
    {
      name: app,
      image: 'localhost/teamwork-proxy:0.1.0',
      command: ['/usr/local/bin/node', '/program/server.mjs'],
      env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [
        { name: 'program', mountPath: '/program' },
        { name: 'tls', mountPath: '/tls' },
      ],
    },
  ],
  volumes: [
    { name: 'program', configMap: { name: app } },
    { name: 'tls', secret: { secretName: 'app-tls', defaultMode: 0o440 } },
  ],
};

const proxyManifest = {
  apiVersion: 'teamworkproxy.io/v1alpha1',
  kind: 'TeamworkProxy',
  metadata: { name: 'by-service' },
  spec: {
    certificates: [
      {
        name: 'public',
        secretRef: { name: keystoreSecret },
        keystore: { key: 'keystore.p12', passwordRef: { name: keystoreSecret, key: 'password' } },
      },
      { name: 'internal', secretRef: { name: 'app-tls' } },
    ],
    frontends: [
      {
        name: 'web',
        port: 443,
        protocol: 'HTTPS',
        hostnames: [hostname],
        certificates: ['public'],
        routes: [{ paths: ['/'], backend: app }],
      },
    ],
    backends: [
      {
        name: app,
        protocol: 'HTTPS',
        service: { name: app, port },
        tls: { trust: ['internal'] },
        balance: 'RoundRobin',
      },
    ],
  },
};

describe('a backend that is a Service', () => {
  let proxy: Proxy;

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    await applyObjects(namespace, ...manifests(2));
    await applyObjects(namespace, proxyManifest);
    await kube('rollout', 'status', `deployment/${app}`, `--namespace=${namespace}`, '--timeout=90s');
    proxy = await waitUntilReady(namespace, 'by-service');
  });

  afterAll(async () => {
    await kube('delete', 'deployment', app, `--namespace=${namespace}`, '--ignore-not-found');
    await deleteNamespace(namespace);
  });

  /** Asks until exactly the pods that there are have answered a row of requests, and gives every answer of that row. */
  async function servedBy(count: number): Promise<readonly number[]> {
    const options = { address: addressOf(proxy, 'web'), trust: authority.rootFile };
    return eventually(`answers of ${count} pods`, async () => {
      const answers = [];
      while (answers.length < 6 * count) answers.push(await request('/', options));
      const names = new Set(answers.map(({ body }) => body.toString()));
      if (names.size !== count) throw new Error(`${names.size} pods have answered: ${[...names].join(', ')}`);
      return answers.map(({ status }) => status);
    });
  }

  it('is reached by its name, over TLS that is checked against it, and each of its pods is a server', async () => {
    expect(new Set(await servedBy(2))).toEqual(new Set([200]));
  });

  it.each([
    ['more', 3],
    ['fewer', 1],
  ])('has its clients spread over %s pods once it has %i', async (_, replicas) => {
    await kube('scale', `deployment/${app}`, `--replicas=${replicas}`, `--namespace=${namespace}`);

    expect(new Set(await servedBy(replicas))).toEqual(new Set([200]));
  });
});
