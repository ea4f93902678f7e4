import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from '../process/identity.ts';

const prefix = 'teamwork-proxy-control-plane-';
const ownerFile = 'owner.json';

/** Makes a folder for a control plane of this process below the temporary folder. */
export function makeInstanceFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(folder, ownerFile), JSON.stringify(identify(process.pid)));
  return folder;
}

/** Removes the folders of processes that have died without doing so themselves. */
export function removeOrphanedFolders(): void {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const folder = join(tmpdir(), name);
    const owner = readOwner(folder);
    if (owner !== undefined && !isRunning(owner)) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Nothing if the folder is another user's, or so new that its owner has not signed it. */
function readOwner(folder: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, ownerFile), 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
