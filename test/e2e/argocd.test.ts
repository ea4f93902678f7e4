import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dump } from 'js-yaml';
import { addHost, removeHost } from '../cluster/network/hosts.ts';
import { print } from '../cluster/process/progress.ts';
import { eventually } from '../support/eventually.ts';
import {
  applicationFrom,
  deleteApplication,
  proxyHealth,
  refresh,
  untilApplication,
  untilHealth,
  untilProxyHealth,
  untilSynced,
} from './argocd/application.ts';
import type { Application } from './argocd/application.ts';
import { argocdNamespace, installArgocd, removeArgocd, setArgocd } from './argocd/install.ts';
import { openRepository } from './argocd/repository.ts';
import type { Repository } from './argocd/repository.ts';
import type { LoadReport } from './load/clients.ts';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, kube, kubeJson } from './support/kube.ts';
import type { KubeList, KubeObject } from './support/kube.ts';
import { hostname, hosts, operatorNamespace } from './support/layout.ts';
import { startLoad, startLoadServers } from './support/load.ts';
import type { Load } from './support/load.ts';
import { installOperator, removeOperator } from './support/operator.ts';
import { addressOf, condition, readProxy, waitUntilServed } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';
import { applyKeystore, keystoreCertificate, keystoreSecret } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-argocd';
const elsewhere = 'e2e-argocd-elsewhere';
const server = { ...hosts.load, pages: 8080, echo: 7007 } as const;
const { authority, keystore } = readFixtures();

/** Name of the Application and of its TeamworkProxy, whose objects then carry the very label by which Argo CD may track what is its own. */
const name = 'twc';

const NOTHING_LOST = { failed: 0, reasons: [], wrongCertificates: 0, dropped: 0 } as const;

const web = {
  name: 'web',
  protocol: 'HTTPS',
  hostnames: [hostname],
  certificates: ['public'],
  routes: [{ paths: ['/'], backend: 'pages' }],
};

const manifest = {
  apiVersion: 'teamworkproxy.io/v1alpha1',
  kind: 'TeamworkProxy',
  metadata: { name },
  spec: {
    certificates: [keystoreCertificate],
    frontends: [web, { name: 'flow', protocol: 'TCP', backend: 'echo' }],
    backends: [
      { name: 'pages', protocol: 'HTTP', servers: [{ host: server.address, port: server.pages }] },
      { name: 'echo', protocol: 'TCP', servers: [{ host: server.address, port: server.echo }] },
    ],
  },
};

type Spec = Readonly<Record<string, unknown>>;

describe('with Argo CD', () => {
  let repository: Repository;

  beforeAll(async () => {
    await removeOperator();
    await startLoadServers(await addHost(server.name, server.address), server.pages, server.echo);
    repository = await openRepository();
    await installArgocd();
    await createNamespace(namespace);
    await createNamespace(elsewhere);
  }, 300_000);

  // Whatever has become of these tests, those of other files find the operator as they want it.
  afterAll(async () => {
    await removeArgocd();
    await removeHost(hosts.git.name);
    await removeHost(server.name);
    await removeOperator();
    await installOperator();
  }, 300_000);

  async function commit(message: string, spec: Spec = {}, metadata: Spec = {}): Promise<string> {
    const changed = {
      ...manifest,
      metadata: { ...manifest.metadata, ...metadata },
      spec: { ...manifest.spec, ...spec },
    };
    return repository.commit(message, { 'proxies/twc.yaml': dump(changed) });
  }

  it('the chart is Synced and Healthy', async () => {
    const chart = {
      name: 'operator',
      repository: repository.url,
      path: 'chart',
      namespace: operatorNamespace,
      syncOptions: ['CreateNamespace=true'],
      helm: { releaseName: 'teamwork-proxy-operator', valuesObject: { logLevel: 'debug' } },
    };
    await applyObjects(argocdNamespace, applicationFrom(chart));

    const application = await untilApplication(
      'operator',
      'Synced and Healthy',
      ({ status }) =>
        status?.sync?.status === 'Synced' &&
        status.health?.status === 'Healthy' &&
        status.operationState?.phase === 'Succeeded',
    );

    expect(application.status?.resources?.every(({ status }) => status === 'Synced')).toBe(true);
    expect(application.status?.resources?.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['CustomResourceDefinition', 'Deployment']),
    );
  });

  it('a TeamworkProxy is Progressing while its Secret is awaited, and Healthy with it', async () => {
    const revision = await commit('Add the proxy');
    const options = { name, repository: repository.url, path: 'proxies', namespace };
    await applyObjects(argocdNamespace, applicationFrom(options));
    await untilSynced(name, revision);

    await untilProxyHealth(name, 'Progressing', [
      'spec.certificates[public]',
      `Secret ${keystoreSecret} does not exist`,
    ]);
    await applyKeystore(namespace, keystore);
    const healthy = await untilHealth(name, 'Healthy');

    expect(proxyHealth(healthy)).toEqual({ status: 'Healthy', message: 'every flow is served' });
    await waitUntilServed(namespace, name);
  });

  describe.each(['annotation', 'label', 'annotation+label'])('tracking by %s', (method) => {
    beforeAll(async () => setArgocd('application.resourceTrackingMethod', method));

    it.each([
      ['client-side', []],
      ['server-side', ['ServerSideApply=true']],
    ])('nothing is found to change or to remove after a %s apply', async (kind, syncOptions) => {
      const options = { name, repository: repository.url, path: 'proxies', namespace, syncOptions };
      await applyObjects(argocdNamespace, applicationFrom(options));
      const revision = await commit(
        `Apply ${kind}, track by ${method}`,
        {},
        { annotations: { method, kind } },
      );
      const synced = await untilSynced(name, revision);
      const before = await childrenOf();

      const again: Application[] = [];
      for (const _ of [1, 2, 3]) again.push(await refresh(name, 'hard'));

      for (const { status } of again) {
        expect(status?.sync?.status).toBe('Synced');
        expect(status?.operationState?.startedAt).toBe(synced.status?.operationState?.startedAt);
        expect(status?.resources).toEqual([expect.objectContaining({ kind: 'TeamworkProxy', name })]);
      }
      expect((await readProxy(namespace, name)).metadata.generation).toBe(1);
      expect(before.length).toBeGreaterThan(5);
      expect(await childrenOf()).toEqual(before);
    });
  });

  describe('under load', () => {
    let proxy: Proxy;
    let load: Load | undefined;

    beforeEach(async () => {
      proxy = await waitUntilServed(namespace, name);
      load = await startLoad({
        web: addressOf(proxy, 'web'),
        hostname,
        trust: authority.rootFile,
        fingerprint: keystore.fingerprint,
        flow: addressOf(proxy, 'flow'),
        flows: 20,
        kept: 4,
        anew: 2,
        http2: 2,
      });
    });

    afterEach(() => load?.end());

    /** What the clients say; they have been at work since before the change. */
    async function report(): Promise<LoadReport> {
      const told = await (load as Load).stop();
      if (told.served === 0 || told.http2Served === 0) throw new Error('nobody was served');
      return told;
    }

    /** Degraded, with the words of the resource's own condition. */
    async function expectDegraded(words: readonly string[]): Promise<void> {
      await untilHealth(name, 'Degraded');
      const health = await untilProxyHealth(name, 'Degraded', words);

      print(`Degraded: ${health?.message}`);
      expect(health?.message).toBe(condition(await readProxy(namespace, name), 'Ready')?.message);
    }

    it.each([
      [
        'a wrong password',
        async () => applyKeystore(namespace, keystore, 'not the password'),
        ['spec.certificates[public]', 'the password does not open the keystore'],
      ],
      [
        'a Secret that is gone',
        async () => kube('delete', 'secret', keystoreSecret, `--namespace=${namespace}`),
        ['spec.certificates[public]', `Secret ${keystoreSecret} does not exist`],
      ],
    ])('%s is Degraded, and what was served is served on', async (_, change, words) => {
      await change();

      await expectDegraded(words);

      await applyKeystore(namespace, keystore);
      await untilHealth(name, 'Healthy');
      expect(await report()).toMatchObject(NOTHING_LOST);
    });

    it.each([
      [
        'that the operator refuses',
        { frontends: [{ ...web, routes: [...web.routes, ...web.routes] }, manifest.spec.frontends[1]] },
        ['spec.frontends[web]', '/'],
      ],
      [
        'that asks for an address which somebody has',
        {
          frontends: [
            ...manifest.spec.frontends,
            { name: 'more', protocol: 'TCP', backend: 'echo', loadBalancer: { address: '172.30.0.149' } },
          ],
        },
        ['more (asked for 172.30.0.149)', `Service ${elsewhere}/holder has that one`],
      ],
    ])(
      'a commit %s is Degraded, what was served is served on, and a revert heals',
      async (_, spec, words) => {
        await applyObjects(elsewhere, holder('172.30.0.149'));
        await untilSynced(name, await commit('Go wrong', spec));
        await expectDegraded(words);

        await untilSynced(name, await repository.revert());
        await untilHealth(name, 'Healthy');

        await waitUntilServed(namespace, name);
        expect(await report()).toMatchObject(NOTHING_LOST);
      },
    );

    it('a commit that the API server refuses is not synced, what was served is served on, and a revert heals', async () => {
      await commit('Go wrong', { frontends: [web, { name: 'flow', protocol: 'UDP', backend: 'echo' }] });
      await refresh(name);
      const refused = await untilApplication(
        name,
        'refused',
        ({ status }) => status?.operationState?.message?.includes('spec.frontends[1].protocol') === true,
      );

      expect(refused.status?.sync?.status).toBe('OutOfSync');
      expect(proxyHealth(refused)?.status).toBe('Healthy');
      await untilSynced(name, await repository.revert());
      await untilHealth(name, 'Healthy');
      expect(await report()).toMatchObject(NOTHING_LOST);
    });

    it('what somebody changes by hand is changed back', async () => {
      const before = await specOf();
      const path = '/spec/frontends/0/routes/0/paths';
      const patch = JSON.stringify([{ op: 'replace', path, value: ['/', '/by-hand'] }]);
      await kube(
        'patch',
        'teamworkproxy',
        name,
        `--namespace=${namespace}`,
        '--type=json',
        `--patch=${patch}`,
      );

      await eventually(
        'the former specification',
        async () => JSON.stringify(await specOf()) === JSON.stringify(before) || undefined,
        60_000,
      );

      await waitUntilServed(namespace, name);
      expect(await report()).toMatchObject(NOTHING_LOST);
    });
  });

  it('the resource goes with its Application, and the definition of the resource stays without its own', async () => {
    await deleteApplication(name);
    const left = await kube('get', 'teamworkproxies', `--namespace=${namespace}`, '--output=name');
    await eventually(
      'the end of what the operator made',
      async () => (await childrenOf()).length === 0 || undefined,
      120_000,
    );
    await deleteApplication('operator');

    expect(left).toBe('');
    await expect(
      kube('get', 'deployments', `--namespace=${operatorNamespace}`, '--output=name'),
    ).resolves.toBe('');
    await expect(kube('get', 'crd', 'teamworkproxies.teamworkproxy.io', '--output=name')).resolves.toContain(
      'teamworkproxies',
    );
  });
});

/** Names and identities of what the operator has made for the proxy. */
async function childrenOf(): Promise<readonly string[]> {
  const kinds =
    'services,deployments,configmaps,secrets,serviceaccounts,poddisruptionbudgets,networkpolicies';
  const selector = `--selector=app.kubernetes.io/managed-by=teamwork-proxy-operator`;
  const { items } = await kubeJson<KubeList<KubeObject>>('get', kinds, `--namespace=${namespace}`, selector);
  return items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`).toSorted();
}

/** The specification that the cluster has. */
async function specOf(): Promise<unknown> {
  const { spec } = await kubeJson<KubeObject & { readonly spec: unknown }>(
    'get',
    'teamworkproxy',
    name,
    `--namespace=${namespace}`,
  );
  return spec;
}

/** A Service of somebody else that has an address. */
function holder(address: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'holder', annotations: { 'metallb.io/loadBalancerIPs': address } },
    spec: { type: 'LoadBalancer', ports: [{ port: 443 }], selector: { app: 'nobody' } },
  };
}
