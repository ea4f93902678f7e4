import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { freePort } from '../../cluster/process/free-port.ts';
import { fetchFrom, openFrom } from '../../support/browser/calling.ts';
import type { Init, Seen } from '../../support/browser/calling.ts';
import { startChromium, startProfile } from '../../support/browser/chromium.ts';
import type { ChromiumOptions } from '../../support/browser/chromium.ts';
import { startPageServer } from '../../support/browser/page-server.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import { startSignOnGateway } from '../../support/tm1/sign-on.ts';
import { startTm1Server } from '../../support/tm1/server.ts';
import type { Tm1Server } from '../../support/tm1/server.ts';
import { RunningProgram } from '../support/tproxy.ts';

export const GATEWAY = 'tm1.example.com';
export const SHEETS = 'sheets.example.org';
export const STRANGER = 'stranger.example.net';
export const LOGIN = 'login.example.com';

/** What a manifest is to be made of. */
export interface Ports {
  /** The flow's. */
  readonly flow: number;
  readonly tm1: number;
  /** Of the sign-on gateway. */
  readonly login: number;
  /** Of both page hosts. */
  readonly pages: number;
}

/** A page in a browser, on a host of its own. */
export interface Caller {
  /** Asks for a path of the gateway, with credentials. */
  ask(path: string, init?: Init): Promise<Seen>;
  /** Opens a path of the gateway in a window, as a page does that has its user sign on. */
  popUp(path: string): Promise<Page>;
}

/** A TM1 server, a sign-on gateway, the proxy before the TM1 server, two hosts with pages, and a browser for these; all on loopback. */
export interface Site extends AsyncDisposable {
  readonly tm1: Tm1Server;
  readonly ports: Ports;
  /**
   * A page of this host, in a profile of its own: it has no cookies yet. The host is one of the Internet, and the gateway is on a local address,
   * so the browser asks its user whether the page may call it; `mayCallLocal` is the answer, yes if left out (`Usual` windows: always).
   */
  open(host: string, mayCallLocal?: boolean): Promise<Caller>;
}

/** `Private` windows keep no cookies of other sites, `Usual` ones do. */
export type Windows = 'Private' | 'Usual';

/** Starts the site; the Secret `gateway` has the certificate of the gateway, which the TM1 server has, too. `spec` is of the TeamworkProxy. */
export async function startSite(spec: (ports: Ports) => object, windows: Windows = 'Private'): Promise<Site> {
  await using starting = new AsyncDisposableStack();
  const authority = makeAuthority({ name: 'test authority' });
  const gateway = issue(authority, { commonName: GATEWAY, dns: [GATEWAY], ip: ['127.0.0.1'] });
  const pages = issue(authority, { commonName: SHEETS, dns: [SHEETS, STRANGER, LOGIN] });
  const identity = { cert: gateway.chainPem, key: gateway.keyPem };
  const publicly = { cert: pages.chainPem, key: pages.keyPem };
  const login = starting.use(await startSignOnGateway(publicly));
  const signingOn = { authorize: `https://${LOGIN}:${login.port}/authorize`, codes: login.codes };
  const tm1 = starting.use(
    await startTm1Server({ ...identity, signingOn, user: 'admin', password: 'apple' }),
  );
  const pageServer = starting.use(await startPageServer(publicly));
  const ports = { flow: await freePort(), tm1: tm1.port, login: login.port, pages: pageServer.port };
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  starting.defer(async () => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tls.crt'), gateway.fullChainPem);
  await writeFile(join(folder, 'tls.key'), gateway.keyPem);
  const address = await serve(starting, folder, spec(ports));
  const browser = await startBrowser(windows, {
    hosts: {
      [GATEWAY]: address,
      [SHEETS]: '127.0.0.1',
      [STRANGER]: '127.0.0.1',
      [LOGIN]: '127.0.0.1',
    },
    trusted: [gateway.chainPem, pages.chainPem],
    publicPlaces: [`127.0.0.1:${ports.pages}`],
  });
  starting.defer(async () => browser.close());
  const running = starting.move();
  return {
    tm1,
    ports,
    async open(host, mayCallLocal = true) {
      const page = await browser.newPage(mayCallLocal);
      await page.goto(`https://${host}:${ports.pages}/`);
      const gateway = `https://${GATEWAY}:${ports.flow}`;
      return {
        ask: async (path, init = {}) => fetchFrom(page, `${gateway}${path}`, init),
        popUp: async (path) => openFrom(page, `${gateway}${path}`),
      };
    },
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}

interface StartedBrowser {
  /** A page without any cookies yet. */
  newPage(mayCallLocal: boolean): Promise<Page>;
  close(): Promise<void>;
}

async function startBrowser(windows: Windows, options: ChromiumOptions): Promise<StartedBrowser> {
  if (windows === 'Usual') {
    const profile = await startProfile(options);
    const newPage = async (): Promise<Page> => {
      await profile.context.clearCookies();
      return profile.context.newPage();
    };
    return { newPage, close: async () => profile[Symbol.asyncDispose]() };
  }
  const browser = await startChromium(options);
  return {
    newPage: async (mayCallLocal) =>
      (await browser.newContext({ permissions: mayCallLocal ? ['local-network-access'] : [] })).newPage(),
    close: async () => browser.close(),
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
