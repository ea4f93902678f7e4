import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ProxyStatus } from '../../proxy-image/config/status.ts';
import type { ProxyConfig } from '../../proxy-image/config/types.ts';
import type { AccessEntry } from '../../proxy-image/log/types.ts';
import { eventually } from './eventually.ts';
import { bound, type Command } from '../cluster/process/bound.ts';
import { freePort } from '../cluster/process/free-port.ts';

const PROGRAM = fileURLToPath(new URL('../../proxy-image/main.ts', import.meta.url));

/** A line of the proxy's own log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The proxy as it is run by its users: a process of its own with a configuration file and an admin port. */
export interface ProxyProcess {
  readonly folder: string;
  /** Of the supervisor. */
  readonly pid: number;
  readonly log: readonly LogLine[];
  readonly access: readonly AccessEntry[];
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Replaces files of its folder, each as a whole; the configuration last. */
  readonly write: (files: ProxyFiles) => Promise<void>;
  /** Writes a configuration and waits until it is served. */
  readonly reload: (config: ProxyConfig, files?: Readonly<Record<string, string>>) => Promise<ProxyStatus>;
  readonly status: () => Promise<ProxyStatus>;
  /** Waits until the status fulfils a condition. */
  readonly until: (what: string, condition: (status: ProxyStatus) => boolean) => Promise<ProxyStatus>;
  /** Answer of the admin listener: code and body. */
  readonly get: (path: string) => Promise<{ readonly code: number; readonly body: string }>;
  /** Ends it at once and removes its folder. */
  readonly remove: () => Promise<void>;
}

export interface ProxyFiles {
  readonly config?: ProxyConfig | string;
  /** By their names in the folder. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface StartOptions extends ProxyFiles {
  /** More options of the command line. */
  readonly args?: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Most files that each of its processes may have open; left out: as many as this process may. */
  readonly openFiles?: number;
}

/** Runs the proxy until it ends by itself. */
export async function runProxy(
  args: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [number];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

/** Starts the proxy; does not wait for anything. */
export async function spawnProxy({
  args = [],
  env = {},
  openFiles,
  ...content
}: StartOptions): Promise<ProxyProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  const admin = await freePort();
  const write = async ({ config, files = {} }: ProxyFiles): Promise<void> => {
    for (const [name, bytes] of Object.entries(files)) {
      await replaceFile(join(folder, name), bytes);
    }
    if (config !== undefined) {
      await replaceFile(
        join(folder, 'config.json'),
        typeof config === 'string' ? config : JSON.stringify(config),
      );
    }
  };
  await write(content);
  const proxy: Command = [
    process.execPath,
    PROGRAM,
    '--config',
    join(folder, 'config.json'),
    '--admin',
    `127.0.0.1:${admin}`,
    ...args,
  ];
  const limit = `ulimit -n ${openFiles} && exec "$@"`;
  const [program, ...words] = bound(openFiles === undefined ? proxy : ['sh', '-c', limit, 'sh', ...proxy]);
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const log: LogLine[] = [];
  const access: AccessEntry[] = [];
  const stderr = createInterface(child.stderr);
  stderr.on('line', (line) => log.push(JSON.parse(line) as LogLine));
  createInterface(child.stdout).on('line', (line) => access.push(JSON.parse(line) as AccessEntry));

  const get = async (path: string) => {
    // On a connection of its own: one that was kept may just be closed by the other side.
    const response = await fetch(`http://127.0.0.1:${admin}${path}`, { headers: { Connection: 'close' } });
    return { code: response.status, body: await response.text() };
  };
  const status = async () => JSON.parse((await get('/status')).body) as ProxyStatus;
  const until: ProxyProcess['until'] = async (what, condition) =>
    eventually(what, async () => {
      const current = await status();
      return condition(current) ? current : undefined;
    });
  return {
    folder,
    pid: child.pid ?? 0,
    log,
    access,
    exited,
    write,
    status,
    until,
    get,
    kill: (signal) => void child.kill(signal),
    async reload(config, files = {}) {
      const before = (await get('/metrics')).body;
      await write({ config, files });
      await eventually('a configuration that is taken over', async () =>
        loads(await get('/metrics')) > loads({ body: before }) ? true : undefined,
      );
      return status();
    },
    async remove() {
      // Node itself speaks for a process that was just being started: it can't reach the one that started it.
      stderr.close();
      child.stderr.resume();
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts the proxy and waits until it is ready. */
export async function startProxy(options: StartOptions): Promise<ProxyProcess> {
  const proxy = await spawnProxy(options);
  const ready = eventually('a proxy that is ready', async () =>
    (await proxy.get('/readyz')).code === 200 ? true : undefined,
  );
  const ended = proxy.exited.then((how) => {
    throw new Error(`it has ended (${how})`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([ready, ended]);
    return proxy;
  } catch (error) {
    const log = proxy.log.map((line) => JSON.stringify(line)).join('\n');
    await proxy.remove();
    throw new Error(`the proxy did not become ready:\n${log}`, { cause: error });
  }
}

function loads({ body }: { readonly body: string }): number {
  return Number(/^teamwork_proxy_config_loads_total\{result="served"\} (\d+)$/m.exec(body)?.[1] ?? 0);
}

async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}
