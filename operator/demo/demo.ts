import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Standalone } from '../standalone/standalone.ts';
import type { ServedProxy } from '../standalone/types.ts';
import { flowChecks } from './checks/checks.ts';
import { formatResults, runChecks, writeReport } from './checks/run.ts';
import { readExample } from './example.ts';
import { describeSite, hints } from './explain.ts';
import { makeMaterial } from './material.ts';
import { planSite, siteAddresses, startSite } from './site.ts';

export interface DemoOptions {
  /** The example: one TeamworkProxy with `teamworkCloud`. */
  readonly manifest: string;
  /** Where the results of the checks go. */
  readonly reportFile: string;
  /** End after the checks. */
  readonly endAfterChecks: boolean;
  /** Ends the demo, at any time. */
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
}

/** Exit code of a demo that was interrupted before its checks were done, as a shell has it for SIGINT. */
const INTERRUPTED = 130;

/** Runs the demo and cleans up after it, however it ends; gives the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { manifest, signal, print } = options;
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'teamwork-proxy-demo-'));
  cleanup.defer(async () => rm(folder, { recursive: true }));
  const files = {
    ca: join(folder, 'ca.crt'),
    secret: join(folder, 'secret.yaml'),
    log: join(folder, 'proxy.log'),
  };
  const log = await open(files.log, 'a');
  cleanup.defer(async () => log.close());

  const example = await readExample(manifest);
  const site = await planSite(example.cloud);
  const { ca, keystore, secrets } = makeMaterial(example, new Date());
  await writeFile(files.ca, ca);
  await writeFile(files.secret, secrets, { mode: 0o600 });
  cleanup.use(await startSite(site, example.cloud.release, keystore));
  print(describeSite(site));

  const standalone = cleanup.use(
    await Standalone.create({
      sources: { paths: [manifest, files.secret], secretFolders: new Map() },
      hosts: siteAddresses(site),
      admin: undefined,
      workers: 1,
      drainTimeout: '1s',
      output: log.fd,
      report: { info: print, error: print },
    }),
  );
  signal.addEventListener('abort', () => void standalone.stop('SIGTERM'));
  if (signal.aborted) return INTERRUPTED;
  await standalone.reload();
  const [served] = standalone.served;
  const ok = served !== undefined && (await proveFlows(served, ca, options));
  if (signal.aborted) return INTERRUPTED;
  if (!ok) {
    print(`The demo failed. This is the proxy's log:\n${await readFile(files.log, 'utf8')}`);
    return 1;
  }
  if (options.endAfterChecks) return 0;
  print(hints(served, files.ca));
  await once(signal, 'abort');
  return 0;
}

async function proveFlows(
  served: ServedProxy,
  ca: string,
  { print, reportFile }: DemoOptions,
): Promise<boolean> {
  const results = await runChecks(flowChecks(served, ca));
  print(formatResults(results));
  await writeReport(reportFile, results);
  return results.length > 0 && results.every(({ ok }) => ok);
}
