import { X509Certificate, createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, LaunchOptions } from 'playwright-core';
import type { Tool } from '../describe-with.ts';

/** Where Debian's package `chromium` puts it. */
const PROGRAM = '/usr/bin/chromium';

export const CHROMIUM: Tool = { name: 'Debian’s package chromium', isInstalled: existsSync(PROGRAM) };

export interface ChromiumOptions {
  /** The addresses of host names, whatever DNS says. All other names are not found: nothing leaves this host. */
  readonly hosts: Readonly<Record<string, string>>;
  /** PEM of certificates whose keys are taken for good, whoever signed them; all others are judged as usual. */
  readonly trusted: readonly string[];
  /** What is taken for a place on the Internet though it is on this host, as `address:port`. None if left out. */
  readonly publicPlaces?: readonly string[];
  /** A program that starts it in another place; Debian's own if left out. */
  readonly program?: string;
}

/** Starts Debian's Chromium without a window. Its contexts are as private windows are: they keep no cookies of other sites. */
export async function startChromium(options: ChromiumOptions): Promise<Browser> {
  return chromium.launch(launchOptions(options));
}

/** What Chrome has unless its user says otherwise, and Debian's build has not: cookies of other sites are kept. */
const PREFERENCES = { profile: { cookie_controls_mode: 0 } };

export interface StartedProfile extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Starts it with a profile as people have it, new and empty, which keeps cookies of other sites. Pages may call local addresses. */
export async function startProfile(options: ChromiumOptions): Promise<StartedProfile> {
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  await mkdir(join(folder, 'Default'));
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(PREFERENCES));
  const context = await chromium.launchPersistentContext(folder, {
    ...launchOptions(options),
    permissions: ['local-network-access'],
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      // Its last processes may still be writing.
      await rm(folder, { recursive: true, maxRetries: 20 });
    },
  };
}

function launchOptions({
  hosts,
  trusted,
  publicPlaces = [],
  program = PROGRAM,
}: ChromiumOptions): LaunchOptions {
  const rules = [
    ...Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`),
    'MAP * ~NOTFOUND',
  ];
  return {
    executablePath: program,
    args: [
      // The tests run as root in CI, where the sandbox can't be had.
      '--no-sandbox',
      '--disable-dev-shm-usage',
      `--host-resolver-rules=${rules.join(',')}`,
      `--ip-address-space-overrides=${publicPlaces.map((place) => `${place}=public`).join(',')}`,
      `--ignore-certificate-errors-spki-list=${trusted.map(keyHash).join(',')}`,
    ],
  };
}

/** SHA-256 of the public key, as RFC 7469 section 2.4 pins it. */
function keyHash(pem: string): string {
  const { publicKey } = new X509Certificate(pem);
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}
