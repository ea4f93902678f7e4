import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Flow, PemPair, Plan } from '../../reconcile/plan/types.ts';
import {
  renderConfig,
  serializeConfig,
  servedCertificates,
  trustedAuthorities,
} from '../../reconcile/render/config.ts';
import type { ListenerAddress } from '../../reconcile/render/config.ts';
import { loadBalancerOf } from '../../reconcile/render/service.ts';
import type { DecidedListener } from '../listen/decide.ts';
import { ProxyProcess } from './process.ts';
import { certificateFiles, CONFIG_FILE, writeProxyFiles } from './runtime-folder.ts';
import { waitUntilServed } from './status.ts';
import type { Outcome } from './status.ts';

/** How a proxy is run on this host. */
export interface InstanceOptions {
  /** Folder for its configuration, chains and keys. */
  readonly folder: string;
  /** Address and port of its admin listener. */
  readonly admin: string;
  /** Number of worker processes; undefined leaves it to the proxy. */
  readonly workers: number | undefined;
  /** How long connections may live on when it ends, such as `30s`; undefined leaves it to the proxy. */
  readonly drainTimeout: string | undefined;
  readonly output: 'inherit' | number;
  readonly report: (line: string) => void;
}

const PROXY_PROGRAM = fileURLToPath(new URL('../../../proxy-image/main.ts', import.meta.url));

const ENDING = { served: false, message: 'it is being ended' } as const;

/** The proxy of one TeamworkProxy: its files and its process. */
export class ProxyInstance {
  readonly admin: string;
  readonly #options: InstanceOptions;
  #process: ProxyProcess | null = null;
  #hasServed = false;
  #stopped = false;
  #writing: Promise<void> = Promise.resolve();
  #lastGood: ReadonlyMap<string, PemPair> = new Map();

  constructor(options: InstanceOptions) {
    this.admin = options.admin;
    this.#options = options;
  }

  /** What the proxy has of every certificate and of all authorities, by name. */
  get lastGood(): ReadonlyMap<string, PemPair> {
    return this.#lastGood;
  }

  /** Hands a plan over to the proxy, which is started at the first time, and waits until it serves it. */
  async carryOut(plan: Plan, listeners: ReadonlyMap<string, DecidedListener>): Promise<Outcome> {
    const config = renderConfig(
      plan,
      (flow) => ({ ...listenerAddress(listeners, flow.frontend.name), ...clientRanges(plan, flow) }),
      certificateFiles,
    );
    const { text, hash } = serializeConfig(config);
    const certificates = servedCertificates(plan.certificates);
    const authorities = trustedAuthorities(plan.authorities);
    if (this.#stopped) return ENDING;
    this.#writing = writeProxyFiles(this.#options.folder, text, { certificates, authorities });
    await this.#writing;
    this.#lastGood = new Map<string, PemPair>([
      ...certificates.map(({ name, material }) => [name, material] as const),
      ...authorities.map(
        ({ name, authorities: { pem } }) => [name, { chainPem: pem, keyPem: null }] as const,
      ),
    ]);
    if (this.#stopped) return ENDING;
    this.#process ??= this.#start();
    const process = this.#process;
    const crashBefore = process.crash;
    const outcome = await waitUntilServed(this.admin, hash, () => {
      if (this.#stopped) return ENDING.message;
      return process.crash === crashBefore ? null : `the proxy ${process.crash?.message}`;
    });
    if (outcome.served) this.#hasServed = true;
    return outcome;
  }

  /** Passes a signal on, waits until the proxy has ended, and removes its files; gives its exit code. */
  async stop(signal: NodeJS.Signals): Promise<number> {
    this.#stopped = true;
    const code = (await this.#process?.stop(signal)) ?? 0;
    // Whoever writes them is told if that fails; here it is enough that it is over.
    await Promise.allSettled([this.#writing]);
    await rm(this.#options.folder, { recursive: true, force: true });
    return code;
  }

  #start(): ProxyProcess {
    const { folder, workers, drainTimeout, output, report } = this.#options;
    const args = [PROXY_PROGRAM, '--config', join(folder, CONFIG_FILE), '--admin', this.admin];
    // No load balancer has to notice first that this proxy ends.
    args.push('--drain-delay', '0s');
    if (workers !== undefined) args.push('--workers', String(workers));
    if (drainTimeout !== undefined) args.push('--drain-timeout', drainTimeout);
    return new ProxyProcess({ args, output }, ({ message }, delayMs) => {
      // Before that, whoever waits for it to serve is told.
      if (this.#hasServed) report(`the proxy ${message}; it is started again in ${delayMs / 1000} s`);
    });
  }
}

/** No Service stands before this proxy: it alone can hold clients to the ranges. */
function clientRanges(plan: Plan, flow: Flow): Pick<ListenerAddress, 'sourceRanges'> {
  const { sourceRanges } = loadBalancerOf(plan, flow);
  return sourceRanges === undefined ? {} : { sourceRanges };
}

function listenerAddress(listeners: ReadonlyMap<string, DecidedListener>, frontend: string) {
  const listener = listeners.get(frontend);
  if (listener === undefined) throw new Error(`it was not decided where frontend ${frontend} listens`);
  const { address, port } = listener;
  return { address, port, publicPort: port };
}
