import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { addHost, removeHost } from '../cluster/network/hosts.ts';
import { nodes } from '../cluster/network/addresses.ts';
import { print } from '../cluster/process/progress.ts';
import type { ProxyStatus } from '../../proxy-image/config/status.ts';
import { eventually } from '../support/eventually.ts';
import type { LoadReport } from './load/clients.ts';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, deleteNamespace, kube, kubeJson } from './support/kube.ts';
import type { KubeList, KubeObject } from './support/kube.ts';
import { hostname, hosts } from './support/layout.ts';
import { startLoad, startLoadServers } from './support/load.ts';
import type { Load } from './support/load.ts';
import { addressOf, waitUntilReady, waitUntilServed } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';
import { announcingNodes } from './support/speakers.ts';
import { applyKeystore, keystoreCertificate } from './support/secrets.ts';

jest.setTimeout(240_000);

const namespace = 'e2e-rolling-restart';
const server = { ...hosts.load, pages: 8080, echo: 7007 } as const;
const { authority, keystore } = readFixtures();

const FLOWS = 1000;

const NOTHING_LOST = { failed: 0, reasons: [], wrongCertificates: 0, dropped: 0 } as const;

const manifest = {
  apiVersion: 'teamworkproxy.io/v1alpha1',
  kind: 'TeamworkProxy',
  metadata: { name: 'load' },
  spec: {
    certificates: [keystoreCertificate],
    frontends: [
      {
        name: 'web',
        port: 443,
        protocol: 'HTTPS',
        hostnames: [hostname],
        certificates: ['public'],
        routes: [{ paths: ['/'], backend: 'pages' }],
      },
      { name: 'flow', port: 443, protocol: 'TCP', backend: 'echo' },
    ],
    backends: [
      { name: 'pages', protocol: 'HTTP', servers: [{ host: server.address, port: server.pages }] },
      { name: 'echo', protocol: 'TCP', servers: [{ host: server.address, port: server.echo }] },
    ],
  },
};

describe('proxy pods that are replaced under load', () => {
  let proxy: Proxy;
  let load: Load | undefined;

  beforeAll(async () => {
    await startLoadServers(await addHost(server.name, server.address), server.pages, server.echo);
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    await applyObjects(namespace, manifest);
    proxy = await waitUntilReady(namespace, 'load');
  });

  afterAll(async () => {
    await deleteNamespace(namespace);
    await removeHost(server.name);
  });

  beforeEach(async () => {
    load = await startLoad({
      web: addressOf(proxy, 'web'),
      hostname,
      trust: authority.rootFile,
      fingerprint: keystore.fingerprint,
      flow: addressOf(proxy, 'flow'),
      flows: FLOWS,
      kept: 40,
      anew: 8,
      http2: 16,
    });
  });

  afterEach(() => load?.end());

  /** Carries out a change that replaces pods; resolves when no browser is left on the old ones, and gives what the clients say. */
  async function replaced(change: (pods: readonly Pod[]) => Promise<unknown>): Promise<LoadReport> {
    const before = await runningPods();
    const running = load as Load;
    await change(before);
    const old = await eventually('new pods', async () => replacedPods(before), 120_000);
    await waitUntilServed(namespace, 'load');
    await eventually('old pods without browsers', async () => withoutBrowsers(old), 60_000);
    const report = await running.stop();
    await eventually('the end of the old pods', async () => haveGone(old), 60_000);
    return report;
  }

  it(`cost no request and none of ${FLOWS} layer 4 connections when it is a rolling restart`, async () => {
    const report = await replaced(async () =>
      kube('rollout', 'restart', 'deployment/load', `--namespace=${namespace}`),
    );

    print(`a rolling restart under load: ${JSON.stringify(report)}`);
    expect(report).toMatchObject(NOTHING_LOST);
    expect(report.served).toBeGreaterThan(0);
    expect(report.http2Served).toBeGreaterThan(0);
    expect(report.pings).toBeGreaterThan(FLOWS);
    expect(await podNodes()).toEqual(nodes.map(({ name }) => name));
  });

  it(`cost no request and none of ${FLOWS} layer 4 connections when the one that carries them is deleted`, async () => {
    const report = await replaced(async (pods) => {
      const [announcing] = await announcingNodes(addressOf(proxy, 'flow'));
      const carrier = pods.find(({ spec }) => spec.nodeName === announcing);
      await kube('delete', 'pod', carrier?.metadata.name ?? '', `--namespace=${namespace}`, '--wait=false');
    });

    expect(report).toMatchObject(NOTHING_LOST);
    expect(await podNodes()).toEqual(nodes.map(({ name }) => name));
  });
});

interface DeploymentStatus {
  readonly status: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

interface Pod extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
}

async function allPods(): Promise<readonly Pod[]> {
  const selector = '--selector=app.kubernetes.io/instance=load';
  return (await kubeJson<KubeList<Pod>>('get', 'pods', `--namespace=${namespace}`, selector)).items;
}

/** Pods that are to stay. */
async function runningPods(): Promise<readonly Pod[]> {
  return (await allPods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** The names of the pods that were replaced, once the new ones are ready. */
async function replacedPods(before: readonly Pod[]): Promise<readonly string[] | undefined> {
  const staying = new Set((await runningPods()).map(({ metadata }) => metadata.name));
  const { status } = await kubeJson<DeploymentStatus>('get', 'deployment/load', `--namespace=${namespace}`);
  const complete =
    staying.size === before.length &&
    [status.readyReplicas, status.updatedReplicas].every((n) => n === staying.size);
  const replaced = before.map(({ metadata }) => metadata.name).filter((name) => !staying.has(name));
  return complete && replaced.length > 0 ? replaced : undefined;
}

/** Asks those pods that are still there how many connections their HTTPS flow has. */
async function withoutBrowsers(names: readonly string[]): Promise<true | undefined> {
  const present = (await allPods()).map(({ metadata }) => metadata.name);
  for (const name of names.filter((candidate) => present.includes(candidate))) {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}:9901/proxy/status`;
    const { phase, frontends } = JSON.parse(await kube('get', '--raw', path)) as ProxyStatus;
    const open = frontends
      .filter((frontend) => frontend.name === 'web')
      .reduce((sum, { connections }) => sum + connections, 0);
    if (open > 0) throw new Error(`${name} (${phase}) has ${open} connections of browsers`);
  }
  return true;
}

async function podNodes(): Promise<readonly string[]> {
  return (await runningPods()).map(({ spec }) => spec.nodeName ?? '').toSorted();
}

async function haveGone(names: readonly string[]): Promise<true | undefined> {
  return (await allPods()).some(({ metadata }) => names.includes(metadata.name)) ? undefined : true;
}
