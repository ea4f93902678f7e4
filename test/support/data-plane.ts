import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { readCertificate } from '../../proxy-image/config/certificate.ts';
import type { LoadedConfig } from '../../proxy-image/config/load.ts';
import type { FrontendStatus } from '../../proxy-image/config/status.ts';
import type { ProxyConfig } from '../../proxy-image/config/types.ts';
import { validateConfig } from '../../proxy-image/config/validate.ts';
import type { AccessEntry } from '../../proxy-image/log/types.ts';
import type { WorkerMessage, WorkerReport } from '../../proxy-image/workers/messages.ts';
import { Worker } from '../../proxy-image/workers/worker.ts';
import type { IssuedCertificate } from './certificates.ts';

/** Everything that one worker does, in this process: the whole data plane but for the supervisor. */
export interface DataPlane {
  /** Lines of the access log, in their order. */
  readonly entries: readonly AccessEntry[];
  /** The line of the access log with this index, as soon as there is one. */
  entry(index: number): Promise<AccessEntry>;
  /** Takes a configuration over; resolves with its answer. */
  apply(config: ProxyConfig, certificates?: Certificates, trust?: Trust): Promise<WorkerMessage>;
  report(): WorkerReport;
  frontend(name: string): FrontendStatus | undefined;
  worker: Worker;
  /** Resolves when the worker would exit. */
  exited: Promise<void>;
  stop(): void;
}

/** By the names that the configuration gives them. */
export type Certificates = Readonly<Record<string, IssuedCertificate>>;

/** Contents of trust files, by their names. */
export type Trust = ReadonlyMap<string, string>;

export function startDataPlane(ticketKeys: Buffer = Buffer.alloc(48, 7)): DataPlane {
  const entries: AccessEntry[] = [];
  const events = new EventEmitter();
  const exited = Promise.withResolvers<void>();
  let lastReport: WorkerReport | null = null;
  const worker = new Worker({
    workers: 1,
    accessLog: {
      line: (text) => {
        entries.push(JSON.parse(text) as AccessEntry);
        events.emit('entry');
      },
    },
    maxConnections: 1_000,
    send: (message) => {
      if (message.type === 'Report') {
        lastReport = message.report;
      } else {
        events.emit('answer', message);
      }
    },
    exit: exited.resolve,
  });
  const report = (): WorkerReport => {
    worker.handle({ type: 'Report', id: 0 });
    if (lastReport === null) {
      throw new Error('the worker does not report');
    }
    return lastReport;
  };
  return {
    entries,
    worker,
    exited: exited.promise,
    report,
    frontend: (name) => report().frontends.find((frontend) => frontend.name === name),
    async entry(index) {
      while (entries.length <= index) {
        await once(events, 'entry');
      }
      return entries[index] as AccessEntry;
    },
    async apply(config, certificates = {}, trust = new Map()) {
      const answer = once(events, 'answer');
      worker.handle({
        type: 'Apply',
        loaded: load(config, certificates, trust),
        ticketKeys,
        rateKey: [1, 2],
      });
      return ((await answer) as [WorkerMessage])[0];
    },
    stop: () => worker.handle({ type: 'End' }),
  };
}

let digests = 0;

/** What loading this configuration from files would give. */
export function load(
  config: ProxyConfig,
  certificates: Certificates,
  trust: Trust = new Map(),
): LoadedConfig {
  const validation = validateConfig(config);
  if (!validation.ok) {
    throw new Error(validation.errors.map(({ path, message }) => `${path} ${message}`).join('\n'));
  }
  digests += 1;
  return {
    config,
    hash: `hash-${digests}`,
    digest: `digest-${digests}`,
    trust,
    certificates: new Map(
      Object.entries(certificates).map(([name, { chainPem, keyPem }]) => {
        const result = readCertificate(chainPem, keyPem);
        if (!result.ok) {
          throw new Error(result.message);
        }
        return [name, result.certificate];
      }),
    ),
  };
}
