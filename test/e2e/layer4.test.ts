import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exchange, fields, request } from './support/client.ts';
import { readExample } from './support/examples.ts';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, deleteNamespace } from './support/kube.ts';
import { ports } from './support/layout.ts';
import { importRoot } from './support/keytool.ts';
import { connectModelingClient } from './support/java-client.ts';
import { addressOf, waitUntilReady } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-layer4';
const { authority, keystore } = readFixtures();

describe('Teamwork Cloud, layer 4', () => {
  let proxy: Proxy;

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyObjects(namespace, readExample('teamwork-cloud-layer4.yaml'));
    proxy = await waitUntilReady(namespace, 'twc-layer4');
  });

  afterAll(async () => deleteNamespace(namespace));

  it('has four flows, each with an address of its own', () => {
    const addresses = ['webapp', 'rest', 'client', 'license'].map((flow) => addressOf(proxy, flow));

    expect(new Set(addresses).size).toBe(4);
  });

  it.each([
    ['webapp', ports.webapp],
    ['rest', ports.rest],
  ])("shows the servers' own certificate at %s and passes everything on to port %i", async (flow, port) => {
    const options = { address: addressOf(proxy, flow), trust: authority.rootFile };

    const answer = await request('/any/path', options);

    expect(fields(answer)).toMatchObject({ path: '/any/path', port: String(port) });
    expect(fields(answer)).not.toHaveProperty(['header.x-forwarded-for']);
  });

  it('takes a Java client through to the client port', async () => {
    const client = await connectModelingClient(addressOf(proxy, 'client'), await importRoot(authority));

    expect(client.fingerprint).toBe(keystore.fingerprint);
    await client.echo(1024 * 1024);
    await client.close();
  });

  it('passes the licence flow on', async () => {
    const answer = await exchange(addressOf(proxy, 'license'), 'licence, please');

    expect(answer).toBe('licence, please');
  });
});
