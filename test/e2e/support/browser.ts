import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { namespacePath } from '../../cluster/network/namespace.ts';
import { startChromium } from '../../support/browser/chromium.ts';
import type { ChromiumOptions } from '../../support/browser/chromium.ts';
import { clientNamespace } from './client.ts';
import { workFolder, workPath } from './layout.ts';

/** Starts Chromium on the client machine. It ends with the test at the latest, as its pipe does. */
export async function startClientBrowser(options: Omit<ChromiumOptions, 'program'>): Promise<Browser> {
  mkdirSync(workFolder, { recursive: true });
  const program = workPath('chromium');
  const start = `exec nsenter --net=${namespacePath(clientNamespace)} -- /usr/bin/chromium "$@"`;
  writeFileSync(program, `#!/bin/sh\n${start}\n`);
  chmodSync(program, 0o755);
  return startChromium({ ...options, program });
}
