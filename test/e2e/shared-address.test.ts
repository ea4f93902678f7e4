import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execIn } from '../cluster/network/exec.ts';
import { clientNamespace, isReachable } from './support/client.ts';
import { keepTalking } from './support/conversation.ts';
import { readFixtures } from './support/fixtures.ts';
import { closeClients, connectModelingClient } from './support/java-client.ts';
import { applyObjects, createNamespace, deleteNamespace } from './support/kube.ts';
import { hostname, hosts, ports } from './support/layout.ts';
import { addressOf, waitUntilServed } from './support/proxy.ts';
import { applyKeystore, keystoreCertificate, publishedTruststore } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-shared-address';
const { authority, keystore } = readFixtures();

const servers = (port: number) => hosts.nodes.map(({ address }) => ({ host: address, port }));

/** Flows on different ports, the first of which is for modelling clients. */
const flows = {
  client: { name: 'client', port: 443, protocol: 'TCP', backend: 'client' },
  web: {
    name: 'web',
    port: 8443,
    protocol: 'HTTPS',
    hostnames: [hostname],
    certificates: ['public'],
    routes: [{ paths: ['/webapp'], backend: 'webapp' }],
  },
  plain: {
    name: 'plain',
    port: 80,
    protocol: 'HTTP',
    redirects: [{ from: '/', to: `https://${hostname}:8443/webapp` }],
  },
  license: { name: 'license', port: 1101, protocol: 'TCP', backend: 'license' },
} as const;

function proxyWith(frontends: readonly object[], name = 'shared'): object {
  return {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name },
    spec: {
      certificates: [keystoreCertificate],
      frontends,
      backends: [
        { name: 'client', protocol: 'TCP', servers: servers(ports.client) },
        {
          name: 'webapp',
          protocol: 'HTTPS',
          servers: servers(ports.webapp),
          tls: { trust: ['public'], serverName: hostname },
        },
        {
          name: 'license',
          protocol: 'TCP',
          servers: [{ host: hosts.license.address, port: ports.license }],
        },
      ],
    },
  };
}

describe('one address for several flows, on different ports', () => {
  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
  });

  afterAll(async () => {
    await closeClients();
    await deleteNamespace(namespace);
  });

  const at = (address: string) => (flow: object) => ({ ...flow, loadBalancer: { address } });

  it('is given to those that ask for it, and serves each', async () => {
    const address = '172.30.0.144';
    await applyObjects(namespace, proxyWith(Object.values(flows).map(at(address))));
    const proxy = await waitUntilServed(namespace, 'shared');

    for (const name of Object.keys(flows)) expect([name, addressOf(proxy, name)]).toEqual([name, address]);
    await expectServed(address);
  });

  it('stays, with the connections through it, while flows come to it and go', async () => {
    const address = '172.30.0.145';
    const { client, ...others } = flows;
    const alone = [client].map(at(address));
    await applyObjects(namespace, proxyWith(alone));
    await waitUntilServed(namespace, 'shared');
    const truststore = await publishedTruststore(namespace, 'shared', 'cert.jks');
    const conversation = keepTalking([await connectModelingClient(address, truststore)]);

    await applyObjects(namespace, proxyWith([client, ...Object.values(others)].map(at(address))));
    await waitUntilServed(namespace, 'shared');
    await expectServed(address);
    await applyObjects(namespace, proxyWith(alone));
    await waitUntilServed(namespace, 'shared');

    expect(await conversation.stop()).toBeGreaterThan(0);
  });

  it('is given to flows of two resources that name one key and let any node take connections', async () => {
    const address = '172.30.0.146';
    const loadBalancer = { address, sharingKey: 'door', externalTrafficPolicy: 'Cluster' };
    await applyObjects(
      namespace,
      proxyWith([{ ...flows.client, loadBalancer }]),
      proxyWith([{ ...flows.license, loadBalancer }], 'second'),
    );
    const first = await waitUntilServed(namespace, 'shared');
    const second = await waitUntilServed(namespace, 'second');

    expect([addressOf(first, 'client'), addressOf(second, 'license')]).toEqual([address, address]);
    expect(await isReachable(address)).toBe(true);
    expect(await echoOf(address, flows.license.port)).toBe('hello');
  });

  /** Each flow answers at its port of the address. */
  async function expectServed(address: string): Promise<void> {
    const url = `https://${hostname}:${flows.web.port}/webapp`;
    const trust = [`--cacert`, authority.rootFile, '--resolve', `${hostname}:${flows.web.port}:${address}`];
    expect(await curl([...trust, url])).toContain('path=/webapp');
    expect(await curl(['--head', `http://${address}/`])).toContain(`Location: ${url}\r\n`);
    expect(await echoOf(address, flows.license.port)).toBe('hello');
    expect(await isReachable(address)).toBe(true);
  }
});

async function curl(args: readonly string[]): Promise<string> {
  const { stdout } = await execIn(clientNamespace, [
    'curl',
    '--silent',
    '--show-error',
    '--max-time',
    '20',
    ...args,
  ]);
  return stdout;
}

async function echoOf(address: string, port: number): Promise<string> {
  const script = `exec 3<>/dev/tcp/${address}/${port}; printf hello >&3; head -c 5 <&3`;
  const { stdout } = await execIn(clientNamespace, ['timeout', '20', 'bash', '-c', script]);
  return stdout;
}
