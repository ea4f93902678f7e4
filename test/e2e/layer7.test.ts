import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execIn } from '../cluster/network/exec.ts';
import { operatorRequests } from './support/audit.ts';
import { clientNamespace, exchange, fields, request, sha256 } from './support/client.ts';
import type { Answer, RequestOptions } from './support/client.ts';
import { eventually } from '../support/eventually.ts';
import { readExample } from './support/examples.ts';
import { readFixtures } from './support/fixtures.ts';
import { applyObjects, createNamespace, deleteNamespace, kubeJson } from './support/kube.ts';
import type { KubeList, KubeObject } from './support/kube.ts';
import { clientAddresses, hosts, ports, workPath } from './support/layout.ts';
import { recordTime } from './support/measurements.ts';
import { connectModelingClient, connectWebSocket } from './support/java-client.ts';
import { addressOf, logsOf, waitUntilReady } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';
import { applyKeystore, publishedTruststore } from './support/secrets.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-layer7';
const mebibyte = 1024 * 1024;
const { authority, keystore } = readFixtures();

interface ServiceObject extends KubeObject {
  readonly spec: { readonly type: string; readonly ports: readonly { readonly port: number }[] };
}

describe('Teamwork Cloud, layer 7 hybrid', () => {
  let proxy: Proxy;
  let readyAt: Date;

  const web = (path: string, options: Partial<RequestOptions> = {}): Promise<Answer> =>
    request(path, { address: addressOf(proxy, 'web'), trust: authority.rootFile, ...options });

  beforeAll(async () => {
    await createNamespace(namespace);
    await applyKeystore(namespace, keystore);
    const example = readExample('teamwork-cloud-layer7.yaml');
    const start = Date.now();
    await applyObjects(namespace, { ...example, spec: { ...example.spec, accessLog: 'All' } });
    proxy = await waitUntilReady(namespace, 'twc');
    readyAt = new Date();
    recordTime('kubectl apply to Ready, new TeamworkProxy', readyAt.getTime() - start);
  });

  afterAll(async () => deleteNamespace(namespace));

  it('has three flows, each with an address of its own, all on port 443', async () => {
    const { items } = await kubeJson<KubeList<ServiceObject>>('get', 'services', `--namespace=${namespace}`);

    const addresses = ['web', 'client', 'license'].map((flow) => addressOf(proxy, flow));
    expect(new Set(addresses).size).toBe(3);
    expect(items.map(({ spec }) => [spec.type, spec.ports.map(({ port }) => port)])).toEqual(
      addresses.map(() => ['LoadBalancer', [443]]),
    );
  });

  it.each([
    ['/webapp', ports.webapp],
    ['/authentication/login', ports.webapp],
    ['/sysmlv2-api/projects', ports.webapp],
    ['/osmc', ports.rest],
    ['/osmc/ping', ports.rest],
  ])('serves %s from port %i of a node', async (path, port) => {
    const answer = await web(path);

    expect(answer.status).toBe(200);
    expect(fields(answer)).toMatchObject({
      path,
      port: String(port),
      server: expect.stringMatching(/^twc-[01]$/),
    });
  });

  it.each(['/osmcx', '/unknown'])('does not serve %s', async (path) => {
    const answer = await web(path);

    expect(answer.status).toBe(404);
  });

  it('redirects / to /webapp', async () => {
    const answer = await web('/');

    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/^(https:\/\/twc\.example\.com)?\/webapp$/);
  });

  it('passes on the host name, and who the client is, over TLS 1.2 to a server that speaks no other', async () => {
    const answer = await web('/webapp', { headers: ['X-Forwarded-For: 192.0.2.66'] });

    expect(fields(answer)).toMatchObject({
      tls: 'TLSv1.2',
      'header.host': 'twc.example.com',
      'header.x-forwarded-for': hosts.client.address,
      'header.x-forwarded-proto': 'https',
    });
  });

  it.each(['/webapp', '/osmc'])('carries 1 MiB up and down at %s without changing a byte', async (path) => {
    const sent = randomBytes(mebibyte);
    const upload = workPath('upload');
    writeFileSync(upload, sent);

    const up = await web(path, { upload });
    const down = await web(`${path}?bytes=${mebibyte}`);

    expect(fields(up)).toMatchObject({ method: 'POST', length: String(mebibyte), sha256: sha256(sent) });
    expect(down.body.length).toBe(mebibyte);
    expect(sha256(down.body)).toBe(down.headers.get('x-body-sha256'));
  });

  it('keeps the session of a client on one server', async () => {
    const cookies = workPath('cookies');
    const answers: Answer[] = [];

    for (let visit = 1; visit <= 10; visit += 1) answers.push(await web('/webapp?session', { cookies }));

    const seen = answers.map(fields);
    expect(seen.map(({ visits }) => Number(visits))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(seen.map(({ server }) => server)).size).toBe(1);
  });

  it('spreads clients over both servers', async () => {
    const answers = await Promise.all(clientAddresses.map((from) => web('/webapp', { from })));

    const servers = answers.map((answer) => fields(answer)['server']);
    expect(new Set(servers)).toEqual(new Set(['twc-0', 'twc-1']));
  });

  it("logs the client's own address", async () => {
    await web('/webapp/who-was-it');

    const line = await eventually('the request in the access log', async () => {
      const lines = (await logsOf(namespace, 'twc')).split('\n');
      return lines.find((text) => text.includes('/webapp/who-was-it'));
    });
    expect(JSON.parse(line)).toMatchObject({ frontend: 'web', source: hosts.client.address });
  });

  it.each(['cert.jks', 'truststore.p12'] as const)(
    'takes a Java client that trusts nothing but the published %s through to the client port',
    async (key) => {
      const truststore = await publishedTruststore(namespace, 'twc', key);

      const client = await connectModelingClient(addressOf(proxy, 'client'), truststore);

      expect(client.fingerprint).toBe(keystore.fingerprint);
      await client.echo(1);
      await client.echo(mebibyte);
      await client.close();
    },
  );

  it('carries a WebSocket', async () => {
    const truststore = await publishedTruststore(namespace, 'twc', 'truststore.p12');

    const socket = await connectWebSocket(addressOf(proxy, 'web'), truststore);

    await expect(socket.echo(8000)).resolves.toBeUndefined();
    await socket.close();
  });

  it('passes the licence flow on', async () => {
    const answer = await exchange(addressOf(proxy, 'license'), 'licence, please');

    expect(answer).toBe('licence, please');
  });

  it('closes its other ports to the clients of a flow', async () => {
    const dial = `exec 3<>/dev/tcp/${addressOf(proxy, 'web')}/9901`;

    const attempt = execIn(clientNamespace, ['timeout', '3', 'bash', '-c', dial]);

    await expect(attempt).rejects.toThrow('failed');
  });

  it('has cost no write since it was ready, for all the traffic', () => {
    const requests = operatorRequests(readyAt);

    const writes = requests.filter(
      ({ verb, requestURI }) =>
        !['get', 'list', 'watch'].includes(verb) && requestURI.includes(`/${namespace}/`),
    );
    expect(requests.length).toBeGreaterThan(0);
    expect(writes.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
  });
});
