import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { request } from './support/client.ts';
import { keepTalking } from './support/conversation.ts';
import { readExample } from './support/examples.ts';
import type { ProxyManifest } from './support/examples.ts';
import { readFixtures } from './support/fixtures.ts';
import { closeClients, connectModelingClient } from './support/java-client.ts';
import type { ModelingClient } from './support/java-client.ts';
import { applyObjects, createNamespace, deleteNamespace, kube } from './support/kube.ts';
import { helmInstall, helmUninstall, operatorPods } from './support/operator.ts';
import { addressOf, podsOf, waitUntilReady, waitUntilServed } from './support/proxy.ts';
import type { PodIdentity } from './support/proxy.ts';
import { applyKeystore, publishedTruststore } from './support/secrets.ts';

jest.setTimeout(240_000);

const namespace = 'e2e-helm';
const { authority, keystore } = readFixtures();

function manifest(extraPath: string): ProxyManifest {
  const example = readExample('teamwork-cloud-layer7.yaml');
  const teamworkCloud = { ...(example.spec['teamworkCloud'] as object), extraPaths: [extraPath] };
  return { ...example, spec: { ...example.spec, teamworkCloud } };
}

describe('the release', () => {
  let client: ModelingClient;
  let pods: readonly PodIdentity[];

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    await applyObjects(namespace, manifest('/first'));
    const proxy = await waitUntilReady(namespace, 'twc');
    pods = await podsOf(namespace, 'twc');
    const truststore = await publishedTruststore(namespace, 'twc', 'cert.jks');
    client = await connectModelingClient(addressOf(proxy, 'client'), truststore);
  });

  afterAll(async () => {
    await closeClients();
    await deleteNamespace(namespace);
  });

  /** The proxy takes a change, by whatever operator there is, and has neither lost its client nor a pod. */
  async function expectToTake(path: string): Promise<void> {
    await applyObjects(namespace, manifest(path));
    const proxy = await waitUntilServed(namespace, 'twc');
    const answer = await request(path, { address: addressOf(proxy, 'web'), trust: authority.rootFile });

    expect(answer.status).toBe(200);
    expect(await podsOf(namespace, 'twc')).toEqual(pods);
  }

  it('can be upgraded under traffic, here to an operator that may look at one namespace only', async () => {
    const before = await operatorPods();
    const conversation = keepTalking([client]);

    await helmInstall(`watchNamespaces={${namespace}}`);
    await expectToTake('/upgraded');

    expect(await conversation.stop()).toBeGreaterThan(0);
    expect((await operatorPods()).map(({ metadata }) => metadata.name)).not.toEqual(
      before.map(({ metadata }) => metadata.name),
    );
    await expect(kube('get', 'clusterrole', 'teamwork-proxy-operator')).rejects.toThrow('not found');
  });

  it('can be uninstalled under traffic, which goes on, and be installed again', async () => {
    const conversation = keepTalking([client]);

    await helmUninstall();
    const left = await kube('get', 'teamworkproxies', `--namespace=${namespace}`, '--output=name');
    await helmInstall();
    await expectToTake('/installed-again');

    expect(await conversation.stop()).toBeGreaterThan(0);
    expect(left.trim()).toBe('teamworkproxy.teamworkproxy.io/twc');
  });
});
