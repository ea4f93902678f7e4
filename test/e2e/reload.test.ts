import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exchange, fields, isReachable, request } from './support/client.ts';
import { keepTalking } from './support/conversation.ts';
import { readExample } from './support/examples.ts';
import type { ProxyManifest } from './support/examples.ts';
import { readFixtures } from './support/fixtures.ts';
import type { Keystore } from './support/keytool.ts';
import { applyObjects, createNamespace, deleteNamespace } from './support/kube.ts';
import { hosts, ports } from './support/layout.ts';
import { recordTime } from './support/measurements.ts';
import { closeClients, connectModelingClient, connectWebSocket } from './support/java-client.ts';
import type { JavaClient } from './support/java-client.ts';
import { startProbe } from './support/probe.ts';
import {
  addressOf,
  condition,
  podsOf,
  waitForProxy,
  waitUntilReady,
  waitUntilServed,
} from './support/proxy.ts';
import type { PodIdentity, Proxy } from './support/proxy.ts';
import { applyKeystore, publishedTruststore } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-reload';
const { authority, keystore, renewed, elliptic } = readFixtures();

/** The example without its licence server, and with a flow on which the proxy itself ends the clients' TLS. */
function manifest(changes: object = {}): ProxyManifest {
  const example = readExample('teamwork-cloud-layer7.yaml');
  const { licenseServer: _, ...teamworkCloud } = example.spec['teamworkCloud'] as Record<string, unknown>;
  const terminated = { name: 'terminated', protocol: 'TLS', certificates: ['public'], backend: 'nodes' };
  const nodes = {
    name: 'nodes',
    protocol: 'TLS',
    servers: hosts.nodes.map(({ address }) => ({ host: address, port: ports.client })),
    tls: { trust: ['public'], serverName: 'twc.example.com' },
  };
  return {
    ...example,
    spec: {
      ...example.spec,
      teamworkCloud: { ...teamworkCloud, ...changes },
      frontends: [terminated],
      backends: [nodes],
    },
  };
}

describe('changes under way, with clients that are connected', () => {
  let proxy: Proxy;
  let pods: readonly PodIdentity[];
  let clients: readonly JavaClient[];

  const web = (path: string) =>
    request(path, { address: addressOf(proxy, 'web'), trust: authority.rootFile });

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    await applyObjects(namespace, manifest());
    proxy = await waitUntilReady(namespace, 'twc');
    pods = await podsOf(namespace, 'twc');

    const truststore = await publishedTruststore(namespace, 'twc', 'cert.jks');
    clients = [
      await connectModelingClient(addressOf(proxy, 'client'), truststore),
      await connectModelingClient(addressOf(proxy, 'terminated'), truststore),
      await connectWebSocket(addressOf(proxy, 'web'), truststore),
    ];
  });

  afterAll(async () => {
    await closeClients();
    await deleteNamespace(namespace);
  });

  /** Carries out a change while every client talks; none may lose its connection, no pod may be another one afterwards. */
  async function underLoad<T>(change: () => Promise<T>): Promise<T> {
    const conversation = keepTalking(clients);
    const result = await change();
    const rounds = await conversation.stop();

    expect(rounds).toBeGreaterThan(0);
    expect(await podsOf(namespace, 'twc')).toEqual(pods);
    return result;
  }

  it('takes a new route', async () => {
    const before = await web('/added');

    await underLoad(async () => {
      await applyObjects(namespace, manifest({ extraPaths: ['/added'] }));
      await waitUntilServed(namespace, 'twc');
    });

    const after = await web('/added');
    expect(before.status).toBe(404);
    expect(fields(after)).toMatchObject({ path: '/added', port: String(ports.webapp) });
  });

  it.each<[string, Keystore]>([
    ['with another RSA key', renewed],
    ['with an EC key', elliptic],
  ])('takes a new certificate %s', async (kind, next) => {
    const report = await underLoad(async () => {
      const probe = await startProbe(addressOf(proxy, 'web'), next.fingerprint, 60_000);
      const start = Date.now();
      await applyKeystore(namespace, next);
      const applied = Date.now();
      const { seenAt, ...rest } = await probe.report;
      await waitForProxy(namespace, 'twc', (candidate) => {
        const [certificate] = candidate.status?.certificates ?? [];
        if (certificate?.fingerprint !== next.fingerprint) return 'the status has the old certificate';
        return condition(candidate, 'Ready')?.status === 'True' ? undefined : 'not every pod has the new one';
      });
      recordTime(
        `kubectl apply of a certificate ${kind}, to its being served by every pod`,
        Date.now() - start,
      );
      if (seenAt !== null) {
        recordTime(`kubectl apply of a certificate ${kind}, to the end of the command`, applied - start);
        recordTime(`kubectl apply of a certificate ${kind}, to its being served`, seenAt - start);
      }
      return { ...rest, served: seenAt !== null };
    });

    expect(report).toMatchObject({ served: true, failures: [] });
    const client = await connectModelingClient(
      addressOf(proxy, 'terminated'),
      await publishedTruststore(namespace, 'twc', 'truststore.p12'),
    );
    await client.close();
    expect(client.fingerprint).toBe(next.fingerprint);
    expect((await web('/webapp')).status).toBe(200);
  });

  it('takes a new frontend', async () => {
    const licenseServer = { host: hosts.license.address, ports: [ports.license] };

    proxy = await underLoad(async () => {
      await applyObjects(namespace, manifest({ licenseServer }));
      return waitUntilServed(namespace, 'twc');
    });

    const answer = await exchange(addressOf(proxy, 'license'), 'licence, please');
    expect(answer).toBe('licence, please');
  });

  it('lets a frontend go, and its address with it', async () => {
    const address = addressOf(proxy, 'license');

    proxy = await underLoad(async () => {
      await applyObjects(namespace, manifest());
      return waitUntilServed(namespace, 'twc');
    });

    expect(proxy.status?.frontends?.map(({ name }) => name).toSorted()).toEqual([
      'client',
      'terminated',
      'web',
    ]);
    expect(await isReachable(address)).toBe(false);
  });
});
