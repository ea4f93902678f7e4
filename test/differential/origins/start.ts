import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBound, type Daemon } from '../../cluster/process/daemon.ts';
import { freePort } from '../../cluster/process/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { connectTcp } from '../../support/tcp.ts';
import { JAVA } from './java.ts';
import { SCRIPTS } from './scripts.ts';
import type { ApplicationPorts, Origin } from './types.ts';
import { WEB_SERVERS } from './web-servers.ts';

export const ORIGINS: readonly Origin[] = [...WEB_SERVERS, ...SCRIPTS, ...JAVA];

/** The Debian packages of an origin that are not installed. */
export function missingPackages({ packages, needsJdk }: Origin): readonly string[] {
  const lists = (name: string): readonly string[] => [
    `${name}.list`,
    `${name}:amd64.list`,
    `${name}:arm64.list`,
  ];
  const missing = packages.filter(
    (name) => !lists(name).some((list) => existsSync(`/var/lib/dpkg/info/${list}`)),
  );
  const jdk = needsJdk === true && spawnSync('javac', ['-version']).error !== undefined;
  return jdk ? [...missing, 'default-jdk-headless'] : missing;
}

/** A server that runs. */
export interface RunningOrigin {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** @throws with what it said if it does not listen in time */
export async function startOrigin(origin: Origin, application: ApplicationPorts): Promise<RunningOrigin> {
  const folder = await mkdtemp(join(tmpdir(), `origin-${origin.name}-`));
  const port = await freePort();
  const { command, args, env = {} } = origin.prepare({ folder, port, application });
  const log = join(folder, 'output.log');
  const daemon = await launchBound({
    name: origin.name,
    command,
    args,
    cwd: folder,
    env: { ...env, HOME: folder, TMPDIR: folder },
    log,
  });
  const stop = async (): Promise<void> => {
    await end(daemon);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await eventually(`${origin.name} on port ${port}`, async () => {
      const ending = daemon.ending();
      if (ending !== undefined) {
        throw new Error(ending);
      }
      return (await connectTcp(port)).destroy();
    });
  } catch (error) {
    const output = await readFile(log, 'utf8');
    await stop();
    throw new Error(`${String(error)}\n${output}`, { cause: error });
  }
  return { port, stop };
}

/** In order first, so that a server with workers takes them along. */
async function end(daemon: Daemon): Promise<void> {
  if (daemon.ending() === undefined) {
    process.kill(daemon.pid, 'SIGTERM');
    await eventually(`the end of ${daemon.name}`, async () => daemon.ending(), 5_000).catch(() => undefined);
  }
  await daemon.kill();
}
