import { isIP } from 'node:net';
import type { AdminAddress } from '../standalone/admin.ts';
import { watchFiles } from '../standalone/manifests/watch.ts';
import { Standalone } from '../standalone/standalone.ts';
import type { Report } from '../standalone/types.ts';
import { parseArguments, UsageError } from './arguments.ts';
import { hostAddresses, manifestSources, SOURCE_HELP, sourceOptions } from './sources.ts';

export const RUN_HELP = `Usage: tproxy run [OPTIONS] FILE|FOLDER...

Serves every TeamworkProxy of the manifests on this host, each by a proxy process of its own, and takes over what changes in the files
without dropping a connection. A flow listens on the address it requests if this host has that, else on a loopback address; a port
that this user may not listen on is moved, 443 to 8443. SIGHUP reads the files at once; SIGTERM, SIGINT (Ctrl-C) and the end of the
terminal let connections end first, a second signal ends at once.

${SOURCE_HELP}
  --host NAME=ADDRESS  reach servers with this host name at this address; TLS still verifies the name (repeatable)
  --admin ADDRESS:PORT where /status, /metrics and the probes are; with several TeamworkProxies on the ports from this one on
                       (default: any free port of 127.0.0.1)
  --workers N          processes of each proxy (default: one for each CPU, at most 4)
  --drain-timeout TIME how long connections may live on at the end, such as 30s

Exit code: that of the proxy; 1 if the manifests can't be served at the start; 64 for a wrong command line.
`;

const OPTIONS = {
  ...sourceOptions,
  host: { type: 'string', multiple: true },
  admin: { type: 'string' },
  workers: { type: 'string' },
  'drain-timeout': { type: 'string' },
} as const;

const CONSOLE: Report = {
  info: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
};

/** How often files and addresses are looked at that can't be watched. */
const LOOK_AGAIN_MS = 10_000;

/** Serves manifests until a signal comes; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, OPTIONS);
  const sources = manifestSources(positionals, values.secret);
  const standalone = await Standalone.create({
    sources,
    hosts: hostAddresses(values.host),
    admin: adminAddress(values.admin),
    workers: workers(values.workers),
    drainTimeout: values['drain-timeout'],
    output: 'inherit',
    report: CONSOLE,
  });
  const ended = endOnSignal(standalone);
  const reload = (): void => void standalone.reload();
  // A terminal that is closed sends it as well, and is no reason to read files.
  if (!process.stdout.isTTY) process.on('SIGHUP', reload);
  if (!(await standalone.reload())) return Math.max(1, await standalone.stop('SIGTERM'));
  using _watching = await watchFiles([...sources.paths, ...sources.secretFolders.values()], reload);
  // Something may have changed before it was watched.
  reload();
  // Network file systems tell of no change, nor does an address that comes to this host.
  const looking = setInterval(reload, LOOK_AGAIN_MS);
  const exitCode = await ended;
  clearInterval(looking);
  return exitCode;
}

/** Passes signals on until the proxies have ended; gives the exit code. */
async function endOnSignal(standalone: Standalone): Promise<number> {
  const ended = Promise.withResolvers<number>();
  let count = 0;
  const stop = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count === 1) CONSOLE.info(`${signal}: waiting for connections to end; once more to end now`);
    // A proxy that is told twice ends at once; should it not, it is made to.
    void standalone.stop(count <= 2 ? signal : 'SIGKILL').then(ended.resolve);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (process.stdout.isTTY) process.on('SIGHUP', stop);
  return ended.promise;
}

function adminAddress(text: string | undefined): AdminAddress | undefined {
  if (text === undefined) return undefined;
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]+)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const port = Number(digits);
  if (isIP(address) === 0 || port < 1 || port > 65_535)
    throw new UsageError(`--admin ${text}: is not of the form ADDRESS:PORT, such as 127.0.0.1:9901`);
  return { address, port };
}

function workers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--workers ${text}: is not a positive number`);
  return count;
}
