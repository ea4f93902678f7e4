import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../cluster/process/free-port.ts';
import { HAS_CHROMIUM, startChromium } from '../../support/browser/chromium.ts';
import { startPageServer } from '../../support/browser/page-server.ts';
import type { PageServer } from '../../support/browser/page-server.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import { startTm1Server } from '../../support/tm1/server.ts';
import type { Tm1Server } from '../../support/tm1/server.ts';
import { RunningProgram } from '../support/tproxy.ts';

/** Much more than any of this takes on a busy machine. */
jest.setTimeout(120_000);

const GATEWAY = 'tm1.example.com';
const SHEETS = 'sheets.example.org';
const STRANGER = 'stranger.example.net';

const authority = makeAuthority({ name: 'test authority' });
const identity = (...dns: readonly string[]) => issue(authority, { commonName: dns[0] ?? '', dns });
const gateway = identity(GATEWAY);
const pages = identity(SHEETS, STRANGER);

const cleanup = new AsyncDisposableStack();
let tm1: Tm1Server;
let pageServer: PageServer;
let browser: Browser;
let flow: string;

const withChromium = HAS_CHROMIUM ? describe : describe.skip;

afterAll(async () => {
  await cleanup.disposeAsync();
});

async function start(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  cleanup.defer(async () => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tls.crt'), gateway.fullChainPem);
  await writeFile(join(folder, 'tls.key'), gateway.keyPem);
  tm1 = cleanup.use(
    await startTm1Server({ cert: gateway.chainPem, key: gateway.keyPem, user: 'admin', password: 'apple' }),
  );
  pageServer = cleanup.use(await startPageServer({ cert: pages.chainPem, key: pages.keyPem }));
  const port = await freePort();
  flow = `https://${GATEWAY}:${port}`;
  const file = join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify(manifest(port)));
  const program = cleanup.use(
    new RunningProgram(
      'operator/cli/tproxy.ts',
      ['run', '--workers', '1', '--drain-timeout', '1s', '--secret', `gateway=${folder}`, file],
      {
        XDG_RUNTIME_DIR: folder,
      },
    ),
  );
  await program.printed(/TeamworkProxy default\/tm1 is served/);
  const [, address = ''] = await program.printed(/^tm1 .* ([0-9.]+):[0-9]+ {2}/m);
  browser = await startChromium({
    hosts: { [GATEWAY]: address, [SHEETS]: '127.0.0.1', [STRANGER]: '127.0.0.1' },
    trusted: [gateway.chainPem, pages.chainPem],
  });
  cleanup.defer(async () => browser.close());
}

function manifest(port: number): object {
  return {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'tm1' },
    spec: {
      certificates: [{ name: 'public', secretRef: { name: 'gateway' } }],
      frontends: [
        {
          name: 'tm1',
          port,
          protocol: 'HTTPS',
          certificates: ['public'],
          policies: {
            cors: {
              origins: [`https://${SHEETS}:${pageServer.port}`],
              methods: ['GET', 'PATCH', 'POST'],
              headers: ['Authorization', 'Content-Type'],
              credentials: true,
            },
          },
          routes: [
            {
              paths: ['/api/v1/Limited'],
              backend: 'tm1',
              policies: { rateLimit: { requests: 1, per: '24h' } },
            },
            { paths: ['/api'], backend: 'tm1' },
          ],
        },
      ],
      backends: [
        {
          name: 'tm1',
          protocol: 'HTTPS',
          servers: [{ host: '127.0.0.1', port: tm1.port }],
          tls: { verify: 'Chain', trust: ['public'], serverName: GATEWAY },
        },
      ],
    },
  };
}

/** What a page sees of a request; `error` is what a script is told where it may see nothing. */
interface Seen {
  readonly status?: number;
  readonly body?: string;
  readonly error?: string;
}

async function pageOf(host: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`https://${host}:${pageServer.port}/`);
  return page;
}

/** The part of the Fetch standard's RequestInit that the tests use. */
interface Request {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function ask(page: Page, path: string, init: Request = {}): Promise<Seen> {
  return page.evaluate(
    async ([url, options]) => {
      try {
        const response = await fetch(url, { credentials: 'include', ...options });
        return { status: response.status, body: await response.text() };
      } catch (error) {
        return { error: String(error) };
      }
    },
    [`${flow}${path}`, init] as const,
  );
}

const CUBES = '/api/v1/Cubes?$select=Name';
const CELL = "/api/v1/Cubes('Plan')/Cells('2026,Budget')";
const LIMITED = '/api/v1/Limited';
const CREDENTIALS = { Authorization: `Basic ${btoa('admin:apple')}` };

withChromium(
  `a page in Chromium${HAS_CHROMIUM ? '' : ' (skipped: Debian’s package chromium is not installed)'}`,
  () => {
    beforeAll(start);

    it('of an allowed origin reads and writes with its credentials', async () => {
      const page = await pageOf(SHEETS);

      const anonymous = await ask(page, CUBES);
      const cubes = await ask(page, CUBES, { headers: CREDENTIALS });
      const written = await ask(page, CELL, {
        method: 'PATCH',
        headers: { ...CREDENTIALS, 'Content-Type': 'application/json' },
        body: JSON.stringify({ Value: 1234 }),
      });
      const read = await ask(page, CELL, { headers: CREDENTIALS });

      expect(anonymous).toMatchObject({ status: 401 });
      expect(cubes).toEqual({ status: 200, body: expect.stringContaining('"Name":"Plan"') });
      expect(written).toEqual({ status: 204, body: '' });
      expect(read).toEqual({ status: 200, body: '{"Ordinal":0,"Value":1234}' });
      expect(tm1.cell('2026,Budget')).toBe(1234);
      expect(tm1.requests.filter(({ method }) => method === 'OPTIONS')).toEqual([]);
    });

    it('sees that it asks too often', async () => {
      const page = await pageOf(SHEETS);

      const answers = [await ask(page, LIMITED), await ask(page, LIMITED)];

      expect(answers.map(({ status }) => status)).toEqual([401, 429]);
    });

    it('of another origin reads nothing, and changes nothing that needs a preflight', async () => {
      const page = await pageOf(STRANGER);
      const before = tm1.requests.length;

      const read = await ask(page, CUBES);
      const written = await ask(page, CELL, {
        method: 'PATCH',
        headers: { ...CREDENTIALS, 'Content-Type': 'application/json' },
        body: JSON.stringify({ Value: 1 }),
      });

      expect(read).toEqual({ error: 'TypeError: Failed to fetch' });
      expect(written).toEqual({ error: 'TypeError: Failed to fetch' });
      expect(tm1.requests.slice(before).map(({ method }) => method)).toEqual(['GET']);
    });
  },
);
