import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { bound } from './bound.ts';
import { cannotStart } from './run.ts';

/** What it takes to start a long-running process. */
export interface DaemonSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the file that takes both output streams; it is appended to. */
  readonly log: string;
}

/** A long-running process that was started by this one. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Set once the process has ended: how, in words. */
  ending(): string | undefined;
  /** Ends it at once (SIGKILL) and resolves when it has gone. */
  kill(): Promise<void>;
}

/** Starts a daemon somewhere: as a child that dies with us, or inside a machine of the cluster. */
export type Launch = (spec: DaemonSpec) => Promise<Daemon>;

/**
 * Starts a daemon that the kernel kills when this process dies, however it dies. For tests: a crashed or killed test run leaves
 * nothing running.
 *
 * @throws if the command cannot be started
 */
export async function launchBound(spec: DaemonSpec): Promise<Daemon> {
  const [command, ...args] = bound([spec.command, ...spec.args]);
  return launch({ ...spec, command, args }, false);
}

/**
 * Starts a daemon that lives on when this process ends.
 *
 * @throws if the command cannot be started
 */
export async function launchDetached(spec: DaemonSpec): Promise<Daemon> {
  return launch(spec, true);
}

async function launch(spec: DaemonSpec, detached: boolean): Promise<Daemon> {
  mkdirSync(dirname(spec.log), { recursive: true });
  const log = openSync(spec.log, 'a');
  const child = spawn(spec.command, spec.args, {
    stdio: ['ignore', log, log],
    detached,
    env: { ...process.env, ...spec.env },
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
  });
  closeSync(log);

  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(cannotStart(spec.command, cause)));
  });
  // Awaiting a daemon is never a reason for this process to stay.
  child.unref();
  return daemonOf(spec, child);
}

function daemonOf(spec: DaemonSpec, child: ChildProcess): Daemon {
  let ending: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      ending = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      resolve();
    });
  });

  return {
    name: spec.name,
    // Node sets the pid before it emits "spawn", which was awaited.
    pid: child.pid as number,
    log: spec.log,
    ending: () => ending,
    async kill() {
      child.ref();
      child.kill('SIGKILL');
      await ended;
    },
  };
}
