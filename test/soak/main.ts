/**
 * Runs the proxy for a long time under mixed load and everything that can change beneath it, and looks whether it grows: `node test/soak/main.ts`
 * (SOAK_MINUTES, 20 unless given; SOAK_RELOAD_MS, from one reload to the next, 2000 unless given; more of them show sooner whether reloads leave
 * anything behind; SOAK_BUSY, the share of its time that the worker is kept busy, 0.6 unless given). Prints a line per minute, writes build/reports/soak.json, and ends with 1 when something was lost or grew.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProxyConfig } from '../../proxy-image/config/types.ts';
import { holdings, metric, processesOf } from '../faults/support/processes.ts';
import {
  authority,
  certificate,
  certificateFiles,
  fingerprint,
  HOSTNAME,
  reload,
  siteConfig,
  sitePorts,
  variant,
} from '../faults/support/site.ts';
import { eventually } from '../support/eventually.ts';
import { FlowLoad } from '../support/load/flows.ts';
import { CertificateTimeline, PageLoad, startPageServer } from '../support/load/pages.ts';
import { backendConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { startEchoServer } from '../support/tcp.ts';
import { FlakyLoad } from './flaky.ts';
import { growthOf, isSteady, type Sample } from './growth.ts';
import { memoryLine, memoryOf } from './memory.ts';
import type { MemorySample } from './memory.ts';
import { Pace } from './pace.ts';
import { StalledReaders } from './stalled-readers.ts';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 20);
const FLOWS = 500;
const CLIENTS = 64;
const WORKERS = 1;
const RELOAD_EVERY = Number(process.env['SOAK_RELOAD_MS'] ?? 2_000);
/** Reloads from one certificate to the next. */
const SWAP_EVERY = 5;
/** Memory settles in the first minutes, or the first quarter of a short run. */
const SETTLED_AFTER = Math.min(5, MINUTES / 4);
/** V8 lets its young generation grow to 128 MiB when much is asked of it, and shrink when not: more than what is looked for. MiB. */
const YOUNG_GENERATION = '--max-semi-space-size=8';
/** Lines of the log that are kept. */
const MAX_ERRORS = 20;

async function main(): Promise<number> {
  const echo = await startEchoServer();
  const pages = await startPageServer();
  const stalled = await StalledReaders.start();
  const flaky = await FlakyLoad.start();
  const ports = await sitePorts();
  const first = certificate('certificate 0');
  const config = withRoutes(
    siteConfig(ports, {
      tcp: [echo.port],
      http: [pages.port],
      limits: { connections: 10_000 },
      timeouts: { request: 10_000 },
    }),
    { stalled: stalled.serverPort, flaky: flaky.serverPorts },
  );
  process.env['NODE_OPTIONS'] = `--import=${import.meta.resolve('./collect.ts')} ${YOUNG_GENERATION}`;
  const proxy = await startProxy({
    config,
    files: certificateFiles(first),
    args: [`--workers=${WORKERS}`],
  });
  const timeline = new CertificateTimeline();
  timeline.written(fingerprint(first));
  const base = await holdings(proxy);
  const pace = new Pace(proxy, WORKERS);
  const flows = await FlowLoad.start(ports.flow, FLOWS, 5_000);
  const load = new PageLoad({
    port: ports.secure,
    hostname: HOSTNAME,
    ca: authority.rootPem,
    clients: CLIENTS,
    timeline,
    pause: () => pace.pause,
  });
  stalled.begin(ports.web);
  flaky.begin(ports.web);

  const ended = new AbortController();
  const reloads = keepReloading(proxy, config, timeline, ended.signal);
  const samples = await watch(proxy, pace);
  ended.abort();
  await Promise.all([reloads, load.stop(), flows.stop(), stalled.stop(), flaky.stop()]);
  // Without the frontends that came and went.
  await reload(proxy, config, null, timeline);
  const openFiles = await eventually(
    'as few open files as at the beginning',
    async () => {
      const now = (await holdings(proxy)).openFiles;
      return now <= base.openFiles ? now : undefined;
    },
    60_000,
  ).catch(async () => (await holdings(proxy)).openFiles);

  const growth = growthOf(samples, SETTLED_AFTER);
  const report = {
    minutes: MINUTES,
    samples: samples.map(({ looks: _looks, ...sample }) => sample),
    growthKiB: growth,
    openFiles: { base: base.openFiles, end: openFiles },
    reloads: await reloads,
    https: {
      served: load.served,
      handshakes: load.handshakes,
      failed: load.failed,
      wrongCertificates: load.wrongCertificates,
      reasons: load.reasons,
    },
    flows: { pings: flows.pings, dropped: flows.dropped },
    flaky: flaky.counts,
    stalled: { cut: stalled.cut },
    crashes: await metric(proxy, 'teamwork_proxy_worker_crashes_total'),
    /** What the proxy itself says of what went wrong. */
    errors: proxy.log.filter(({ level }) => level === 'error').slice(0, MAX_ERRORS),
  };
  await proxy.remove();
  const lost = load.failed + load.wrongCertificates + flows.dropped + report.crashes;
  const ok = lost === 0 && isSteady(growth) && openFiles <= base.openFiles;
  write({ ...report, ok });
  console.log(JSON.stringify({ ...report, samples: undefined, ok }, null, 2));
  return ok ? 0 : 1;
}

/** Besides the pages: what is asked for and not read, and what comes from servers that come and go. */
function withRoutes(
  config: ProxyConfig,
  { stalled, flaky }: { readonly stalled: number; readonly flaky: readonly number[] },
): ProxyConfig {
  const routes = [
    { paths: ['/stalled'], backend: 'stalled' },
    { paths: ['/flaky'], backend: 'flaky' },
  ];
  return {
    ...config,
    accessLog: 'Off',
    frontends: config.frontends.map((frontend) =>
      frontend.name === 'web' ? { ...frontend, routes } : frontend,
    ),
    backends: [
      ...config.backends,
      backendConfig([stalled], { name: 'stalled', protocol: 'HTTP' }),
      backendConfig(flaky, { name: 'flaky', protocol: 'HTTP' }),
    ],
  };
}

/** Resolves with the number of reloads. */
async function keepReloading(
  proxy: ProxyProcess,
  config: ProxyConfig,
  timeline: CertificateTimeline,
  signal: AbortSignal,
): Promise<number> {
  const spare = [await freePort(), await freePort(), await freePort()];
  let count = 0;
  while (!signal.aborted) {
    count += 1;
    const next = count % SWAP_EVERY === 0 ? certificate(`certificate ${count}`) : null;
    await reload(proxy, variant(config, spare, count), next, timeline);
    await delay(RELOAD_EVERY, undefined, { signal }).catch(() => undefined);
  }
  return count;
}

/** Takes a sample each minute, and more of them in a short run. */
async function watch(proxy: ProxyProcess, pace: Pace): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const interval = Math.min(1, MINUTES / 12);
  for (let minute = interval; minute <= MINUTES + 1e-9; minute += interval) {
    const looks = await looksAfterCollection(proxy);
    await pace.keepFor(interval * 60_000, async () => void looks.push(await memoryOf(proxy)));
    const { resident, openFiles } = await holdings(proxy);
    const memory = await memoryOf(proxy);
    const sample = {
      minute: Number(minute.toFixed(2)),
      residentKiB: Math.round(resident / 1024),
      memory,
      looks,
      openFiles,
      busy: Number(pace.busy.toFixed(2)),
    };
    samples.push(sample);
    console.log(
      `minute ${sample.minute}: ${Math.round(sample.residentKiB / 1024)} MiB, ${openFiles} open files, ${Math.round(sample.busy * 100)} % busy; ${memoryLine(memory)}`,
    );
  }
  return samples;
}

/** What is in use when garbage has just been collected; twice, as the first collection makes some itself: by what waits for it. */
async function looksAfterCollection(proxy: ProxyProcess): Promise<MemorySample[]> {
  const looks: MemorySample[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    for (const pid of await processesOf(proxy)) {
      process.kill(pid, 'SIGUSR2');
    }
    looks.push(await memoryOf(proxy));
  }
  return looks;
}

function write(report: object): void {
  const folder = fileURLToPath(new URL('../../build/reports', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/soak.json`, `${JSON.stringify(report, null, 2)}\n`);
}

process.exit(await main());
