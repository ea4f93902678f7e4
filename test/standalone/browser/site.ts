import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../cluster/process/free-port.ts';
import { fetchFrom } from '../../support/browser/calling.ts';
import type { Init, Seen } from '../../support/browser/calling.ts';
import { startChromium } from '../../support/browser/chromium.ts';
import { startPageServer } from '../../support/browser/page-server.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import { startTm1Server } from '../../support/tm1/server.ts';
import type { Tm1Server } from '../../support/tm1/server.ts';
import { RunningProgram } from '../support/tproxy.ts';

export const GATEWAY = 'tm1.example.com';
export const SHEETS = 'sheets.example.org';
export const STRANGER = 'stranger.example.net';

/** What a manifest is to be made of. */
export interface Ports {
  /** The flow's. */
  readonly flow: number;
  readonly tm1: number;
  /** Of both page hosts. */
  readonly pages: number;
}

/** A page in a browser, on a host of its own. */
export interface Caller {
  /** Asks for a path of the gateway, with credentials. */
  ask(path: string, init?: Init): Promise<Seen>;
}

/** A TM1 server, the proxy before it, two hosts with pages, and a browser for these; all on loopback. */
export interface Site extends AsyncDisposable {
  readonly tm1: Tm1Server;
  readonly ports: Ports;
  /**
   * A page of this host, in a profile of its own: it has no cookies yet. The host is one of the Internet, and the gateway is on a local address,
   * so the browser asks its user whether the page may call it; `mayCallLocal` is the answer, yes if left out.
   */
  open(host: string, mayCallLocal?: boolean): Promise<Caller>;
}

/** Starts the site; the Secret `gateway` has the certificate of the gateway, which the TM1 server has, too. `spec` is of the TeamworkProxy. */
export async function startSite(spec: (ports: Ports) => object): Promise<Site> {
  await using starting = new AsyncDisposableStack();
  const authority = makeAuthority({ name: 'test authority' });
  const gateway = issue(authority, { commonName: GATEWAY, dns: [GATEWAY], ip: ['127.0.0.1'] });
  const pages = issue(authority, { commonName: SHEETS, dns: [SHEETS, STRANGER] });
  const identity = { cert: gateway.chainPem, key: gateway.keyPem };
  const tm1 = starting.use(await startTm1Server({ ...identity, user: 'admin', password: 'apple' }));
  const pageServer = starting.use(await startPageServer({ cert: pages.chainPem, key: pages.keyPem }));
  const ports = { flow: await freePort(), tm1: tm1.port, pages: pageServer.port };
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  starting.defer(async () => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tls.crt'), gateway.fullChainPem);
  await writeFile(join(folder, 'tls.key'), gateway.keyPem);
  const address = await serve(starting, folder, spec(ports));
  const browser = await startChromium({
    hosts: { [GATEWAY]: address, [SHEETS]: '127.0.0.1', [STRANGER]: '127.0.0.1' },
    trusted: [gateway.chainPem, pages.chainPem],
    publicPlaces: [`127.0.0.1:${ports.pages}`],
  });
  starting.defer(async () => browser.close());
  const running = starting.move();
  return {
    tm1,
    ports,
    async open(host, mayCallLocal = true) {
      const context = await browser.newContext({
        permissions: mayCallLocal ? ['local-network-access'] : [],
      });
      const page = await context.newPage();
      await page.goto(`https://${host}:${ports.pages}/`);
      return {
        ask: async (path, init = {}) => fetchFrom(page, `https://${GATEWAY}:${ports.flow}${path}`, init),
      };
    },
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}

/** Serves a TeamworkProxy with one flow; gives the flow's address. */
async function serve(cleanup: AsyncDisposableStack, folder: string, spec: object): Promise<string> {
  const file = join(folder, 'manifest.json');
  const resource = {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'gateway' },
    spec,
  };
  await writeFile(file, JSON.stringify(resource));
  const options = ['--workers', '1', '--drain-timeout', '1s', '--secret', `gateway=${folder}`];
  const program = new RunningProgram('operator/cli/tproxy.ts', ['run', ...options, file], {
    XDG_RUNTIME_DIR: folder,
  });
  cleanup.use(program);
  await program.printed(/TeamworkProxy default\/gateway is served/);
  const [, address = ''] = await program.printed(/^[a-z0-9]+ .* ([0-9.]+):[0-9]+ {2}/m);
  return address;
}
