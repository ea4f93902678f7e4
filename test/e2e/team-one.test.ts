import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { spawnIn } from '../cluster/network/exec.ts';
import { addHost, removeHost } from '../cluster/network/hosts.ts';
import { CREDENTIALS, fetchFrom, openFrom, signOn } from '../support/browser/calling.ts';
import type { StartedProfile } from '../support/browser/chromium.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { USER } from '../support/tm1/sign-on.ts';
import { startClientBrowser } from './support/browser.ts';
import { applyObjects, createNamespace, deleteNamespace } from './support/kube.ts';
import { hosts, workPath } from './support/layout.ts';
import { addressOf, waitForProxy, waitUntilReady } from './support/proxy.ts';
import type { Proxy } from './support/proxy.ts';

jest.setTimeout(180_000);

const namespace = 'e2e-team-one';
const GATEWAY = 'teamone.example.com';
const SHEETS = 'sheets.example.org';
const STRANGER = 'stranger.example.net';
const LOGIN = 'login.example.com';
const { name, address } = hosts.tm1;
/** Nothing listens on `down`. */
const PORTS = { tm1: 5898, pages: 443, login: 8443, down: 5899 } as const;

const SERVER = `/${address}:${PORTS.tm1}`;
const CUBES = `${SERVER}/api/v1/Cubes?$select=Name`;
const CELL = `${SERVER}/api/v1/Cubes('Plan')/Cells('2026,Budget')`;

const company = makeAuthority({ name: 'company' });
const servers = issue(company, { commonName: SHEETS, dns: [SHEETS, STRANGER, LOGIN], ip: [address] });
const gateway = issue(makeAuthority({ name: 'public' }), { commonName: GATEWAY, dns: [GATEWAY] });

const manifests = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: 'teamone-certificate' },
    stringData: { 'tls.crt': gateway.fullChainPem, 'tls.key': gateway.keyPem },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'company-ca' },
    stringData: { 'ca.crt': company.rootPem },
  },
  {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'teamone' },
    spec: {
      teamOne: {
        hostname: GATEWAY,
        servers: [
          { host: address, port: PORTS.tm1 },
          { host: address, port: PORTS.down },
        ],
        // Nobody asks for it.
        allowedHosts: ['tm1.internal'],
        oauthAllowedHosts: [`${LOGIN}:${PORTS.login}`],
        trust: ['company'],
        origins: [`https://${SHEETS}`],
        rateLimit: { requests: 50, per: '24h' },
      },
      certificates: [{ name: 'public', secretRef: { name: 'teamone-certificate' } }],
      authorities: [{ name: 'company', secretRef: { name: 'company-ca' } }],
    },
  },
];

describe('TeamOne, with a browser', () => {
  let proxy: Proxy;
  let browser: StartedProfile;

  beforeAll(async () => {
    await createNamespace(namespace);
    await startServers();
    await applyObjects(namespace, ...manifests);
    proxy = await waitUntilReady(namespace, 'teamone');
    browser = await startClientBrowser({
      hosts: {
        [GATEWAY]: addressOf(proxy, 'teamone'),
        [SHEETS]: address,
        [STRANGER]: address,
        [LOGIN]: address,
      },
      trusted: [gateway.chainPem, servers.chainPem],
      publicPlaces: [`${address}:${PORTS.pages}`],
    });
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await removeHost(name);
    await deleteNamespace(namespace);
  });

  const open = async (host: string): Promise<Page> => {
    await browser.context.clearCookies();
    const page = await browser.context.newPage();
    await page.goto(`https://${host}/`);
    return page;
  };
  const ask = (page: Page, path: string, init = {}) => fetchFrom(page, `https://${GATEWAY}${path}`, init);

  it('tells that browsers will ask, as the address is one of a local network, and that names may lead to pods', () => {
    expect(proxy.status).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ path: 'spec.teamOne.address', reason: 'LocalNetworkAddress' }),
        expect.objectContaining({ path: 'spec.teamOne.refusedAddresses', reason: 'PodsNotRefused' }),
      ]),
    });
  });

  it('a page signs in, reads and writes', async () => {
    const page = await open(SHEETS);

    const anonymous = await ask(page, CUBES);
    const cubes = await ask(page, CUBES, { headers: CREDENTIALS });
    const written = await ask(page, CELL, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ Value: 77 }),
    });
    const read = await ask(page, CELL);

    expect(anonymous).toMatchObject({ status: 401 });
    expect(cubes).toEqual({ status: 200, body: expect.stringContaining('"Name":"Plan"') });
    expect(written).toMatchObject({ status: 204 });
    expect(read).toEqual({ status: 200, body: '{"Ordinal":0,"Value":77}' });
  });

  it.each(['query', 'form_post'])('a page has its user sign on at an approved host (%s)', async (mode) => {
    const page = await open(SHEETS);

    const before = await ask(page, CUBES);
    const popUp = await openFrom(page, `https://${GATEWAY}${SERVER}/login?response_mode=${mode}`);
    const at = new URL(popUp.url()).host;
    await signOn(popUp, USER);
    const after = await ask(page, CUBES);

    expect(before).toMatchObject({ status: 401 });
    expect(at).toBe(`${LOGIN}:${PORTS.login}`);
    expect(popUp.url()).toBe(`https://${GATEWAY}${SERVER}/login/done`);
    expect(after).toMatchObject({ status: 200 });
  });

  it('a page is led to no host that is not approved, and told so', async () => {
    const page = await open(SHEETS);

    const seen = await ask(page, `${SERVER}/login/elsewhere`);
    const popUp = await openFrom(page, `https://${GATEWAY}${SERVER}/login/elsewhere`);

    expect(seen).toEqual({ status: 502, body: expect.stringContaining('browsers may not be sent') });
    expect(new URL(popUp.url()).host).toBe(GATEWAY);
  });

  it('the status tells which server is down, and why', async () => {
    const { status } = await waitForProxy(namespace, 'teamone', (candidate) =>
      candidate.status?.backends?.[0]?.message === undefined ? 'no server is down yet' : undefined,
    );

    expect(status?.backends).toEqual([
      {
        name: 'teamone',
        servers: 2,
        up: 1,
        message: expect.stringContaining(`nothing listens on ${address} port ${PORTS.down}`),
      },
    ]);
    expect(status?.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'BackendsHealthy', status: 'True', reason: 'SomeServersDown' }),
        expect.objectContaining({ type: 'Ready', status: 'True' }),
      ]),
    );
  });

  it('a page is told that a host is not approved', async () => {
    const page = await open(SHEETS);

    const answers = [
      await ask(page, `/${address}:${PORTS.pages}/`),
      await ask(page, '/kubernetes.default.svc/api'),
      await ask(page, '/169.254.169.254/latest/meta-data/'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it('a page of another origin reads nothing', async () => {
    const page = await open(STRANGER);

    expect(await ask(page, CUBES, { headers: CREDENTIALS })).toEqual({
      error: 'TypeError: Failed to fetch',
    });
  });

  it('a page sees that it asks too often', async () => {
    const page = await open(SHEETS);
    const statuses = new Set<number | undefined>();

    // Each pod counts by itself.
    for (let count = 0; count < 110 && !statuses.has(429); count += 1) {
      statuses.add((await ask(page, '/www.example.org/')).status);
    }

    expect(statuses).toEqual(new Set([403, 429]));
  });
});

/** On a machine of their own; they end with it. */
async function startServers(): Promise<void> {
  const host = await addHost(name, address);
  mkdirSync(workPath('tm1'), { recursive: true });
  const [cert, key] = [workPath('tm1', 'tls.crt'), workPath('tm1', 'tls.key')];
  writeFileSync(cert, servers.chainPem);
  writeFileSync(key, servers.keyPem);
  const program = fileURLToPath(new URL('tm1/servers.ts', import.meta.url));
  const args = [
    program,
    address,
    String(PORTS.tm1),
    String(PORTS.pages),
    String(PORTS.login),
    LOGIN,
    cert,
    key,
  ];
  const child = spawnIn(host.namespace, [process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the servers were started without a pipe');
  await once(createInterface({ input: child.stdout }), 'line');
}
