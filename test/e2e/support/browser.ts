import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { namespacePath } from '../../cluster/network/namespace.ts';
import { startProfile } from '../../support/browser/chromium.ts';
import type { ChromiumOptions, StartedProfile } from '../../support/browser/chromium.ts';
import { clientNamespace } from './client.ts';
import { workFolder, workPath } from './layout.ts';

/** Starts Chromium on the client machine, as people have it. It ends with the test at the latest, as its pipe does. */
export async function startClientBrowser(options: Omit<ChromiumOptions, 'program'>): Promise<StartedProfile> {
  mkdirSync(workFolder, { recursive: true });
  const program = workPath('chromium');
  const start = `exec nsenter --net=${namespacePath(clientNamespace)} -- /usr/bin/chromium "$@"`;
  writeFileSync(program, `#!/bin/sh\n${start}\n`);
  chmodSync(program, 0o755);
  return startProfile({ ...options, program });
}
