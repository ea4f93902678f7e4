import { beforeAll, describe, afterAll, expect, it, jest } from '@jest/globals';
import { isReachable, request } from './support/client.ts';
import { eventually } from '../support/eventually.ts';
import { readExample } from './support/examples.ts';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, deleteNamespace, kube } from './support/kube.ts';
import { hosts, ports } from './support/layout.ts';
import { recordTime } from './support/measurements.ts';
import { closeClients, connectModelingClient } from './support/java-client.ts';
import type { ModelingClient } from './support/java-client.ts';
import { addressOf, waitUntilReady } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';
import { applyKeystore, publishedTruststore } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-deletion';
const { authority, keystore } = readFixtures();

/** Everything that is in the namespace but for events, as `kind/name`. */
async function inventory(): Promise<readonly string[]> {
  const kinds = await kube('api-resources', '--verbs=list', '--namespaced', '--output=name');
  const listed = kinds
    .trim()
    .split('\n')
    .filter((kind) => !kind.startsWith('events'))
    .join(',');
  const objects = await kube(
    'get',
    listed,
    `--namespace=${namespace}`,
    '--output=name',
    '--ignore-not-found',
  );
  return objects.trim().split('\n').toSorted();
}

describe('kubectl delete', () => {
  let before: readonly string[];
  let proxy: Proxy;
  let client: ModelingClient;

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    // Kubernetes puts its own certificate authority into a new namespace.
    before = await eventually('the ConfigMap of a new namespace', async () => {
      const objects = await inventory();
      return objects.includes('configmap/kube-root-ca.crt') ? objects : undefined;
    });
    const example = readExample('teamwork-cloud-layer7.yaml');
    // In place of the flow that the shorthand has, which would let connections live on for five minutes.
    const servers = hosts.nodes.map(({ address }) => ({ host: address, port: ports.client }));
    const backends = [{ name: 'client', protocol: 'TCP', servers }];
    const frontends = [{ name: 'client', protocol: 'TCP', backend: 'client', timeouts: { drain: '2s' } }];
    await applyObjects(namespace, { ...example, spec: { ...example.spec, frontends, backends } });
    proxy = await waitUntilReady(namespace, 'twc');
    const truststore = await publishedTruststore(namespace, 'twc', 'cert.jks');
    client = await connectModelingClient(addressOf(proxy, 'client'), truststore);
    await client.echo(1000);
  });

  afterAll(async () => {
    await closeClients();
    await deleteNamespace(namespace);
  });

  it('leaves no object, no address and no connection behind', async () => {
    const addresses = ['web', 'client', 'license'].map((flow) => addressOf(proxy, flow));
    const start = Date.now();

    await kube('delete', 'teamworkproxy', 'twc', `--namespace=${namespace}`);

    const after = await eventually('an empty namespace', async () => {
      const objects = await inventory();
      return objects.length === before.length ? objects : undefined;
    });
    recordTime('kubectl delete to nothing left, with a client connected', Date.now() - start);
    expect(after).toEqual(before);
    await expect(client.echo(1000)).rejects.toThrow('lost');
    for (const address of addresses) {
      expect(await isReachable(address)).toBe(false);
    }
  });

  it('gives the addresses back', async () => {
    const address = addressOf(proxy, 'web');
    const example = readExample('teamwork-cloud-layer7.yaml');
    const teamworkCloud = { ...(example.spec['teamworkCloud'] as object), addresses: { web: address } };

    await applyObjects(namespace, { ...example, spec: { ...example.spec, teamworkCloud } });

    const again = await waitUntilReady(namespace, 'twc');
    expect(addressOf(again, 'web')).toBe(address);
    const answer = await request('/webapp', { address, trust: authority.rootFile });
    expect(answer.status).toBe(200);
  });
});
