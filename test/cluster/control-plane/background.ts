import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../paths.ts';
import { launchDetached } from '../process/daemon.ts';
import { isRunning, type ProcessIdentity } from '../process/identity.ts';
import { logExcerpt } from '../process/log.ts';
import { untilReady } from '../process/ready.ts';

/** What is known of a control plane that runs in the background. */
export interface BackgroundControlPlane {
  readonly supervisor: ProcessIdentity;
  readonly kubeconfig: string;
}

const startTimeoutMs = 120_000;
const stopTimeoutMs = 10_000;

/** The files of the background control plane; there is one per cache folder. */
export function backgroundFiles(env: NodeJS.ProcessEnv = process.env) {
  const folder = join(cacheFolder(env), 'control-plane');
  return { folder, state: join(folder, 'state'), record: join(folder, 'running.json') };
}

/** The control plane that runs in the background, or nothing if none does. */
export function findBackground(): BackgroundControlPlane | undefined {
  let record: BackgroundControlPlane;
  try {
    record = JSON.parse(readFileSync(backgroundFiles().record, 'utf8')) as BackgroundControlPlane;
  } catch {
    return undefined;
  }
  return isRunning(record.supervisor) ? record : undefined;
}

/**
 * Starts a control plane that stays until {@link stopBackground}. Its supervisor is a process of its own; if that dies, so does
 * the control plane.
 *
 * @throws if it does not get ready, with the end of the supervisor's log
 */
export async function startBackground(): Promise<BackgroundControlPlane> {
  rmSync(backgroundFiles().folder, { recursive: true, force: true });
  const log = join(cacheFolder(), 'logs', 'control-plane.log');
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, '');
  const supervisor = await launchDetached({
    name: 'the supervisor',
    command: process.execPath,
    args: [fileURLToPath(new URL('supervisor.ts', import.meta.url))],
    log,
  });

  await untilReady({
    what: 'The control plane',
    check: async () => (findBackground() === undefined ? 'it has not reported that it works' : undefined),
    timeoutMs: startTimeoutMs,
    daemons: [supervisor],
  });
  const started = findBackground();
  if (started === undefined) {
    throw new Error(`The control plane ended as soon as it was ready. ${logExcerpt(log)}`);
  }
  return started;
}

/**
 * Stops the control plane of the background, if there is one, and removes its files.
 *
 * @returns whether one was running
 */
export async function stopBackground(): Promise<boolean> {
  const running = findBackground();
  if (running !== undefined) {
    await end(running.supervisor);
  }
  rmSync(backgroundFiles().folder, { recursive: true, force: true });
  return running !== undefined;
}

async function end(supervisor: ProcessIdentity): Promise<void> {
  const check = async () => (isRunning(supervisor) ? 'it still runs' : undefined);
  process.kill(supervisor.pid, 'SIGTERM');
  try {
    await untilReady({ what: 'The end of the supervisor', check, timeoutMs: stopTimeoutMs });
  } catch {
    // Its children die with it.
    process.kill(supervisor.pid, 'SIGKILL');
    await untilReady({ what: 'The end of the supervisor', check, timeoutMs: stopTimeoutMs });
  }
}
