import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseAdmin } from './admin.ts';
import { hostIdentity } from './host-identity.ts';
import { replaceHosts } from './hosts.ts';
import { decideListeners, samePlaces } from './listen/decide.ts';
import type { DecidedListener, WantedListener } from './listen/decide.ts';
import { probeBind } from './listen/probe.ts';
import { formatManifestError } from './manifests/errors.ts';
import { loadManifests } from './manifests/load.ts';
import { planAll, refusalLines } from './plan-all.ts';
import type { LastGood, PlannedProxy } from './plan-all.ts';
import { ProxyInstance } from './proxy/instance.ts';
import { makeRuntimeFolder } from './proxy/runtime-folder.ts';
import { failedListeners, formatProxy } from './report/proxy.ts';
import type { ServedProxy, StandaloneOptions } from './types.ts';

/**
 * Serves the TeamworkProxies of some manifests on this host, each by a proxy of its own, as each has pods of its own in a cluster. What
 * can't be read, admitted or planned changes nothing: whatever was served before is served on.
 */
export class Standalone implements AsyncDisposable {
  readonly #options: StandaloneOptions;
  readonly #folder: string;
  readonly #identity = hostIdentity();
  readonly #instances = new Map<string, ProxyInstance>();
  readonly #ending = new Set<Promise<number>>();
  #served: readonly ServedProxy[] = [];
  #listeners: ReadonlyMap<string, DecidedListener> = new Map();
  #digest = '';
  #work: Promise<unknown> = Promise.resolve();
  #refused = false;
  #stopping = false;

  private constructor(options: StandaloneOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
  }

  /** Makes the folder for the proxies' files; nothing is served before the first `reload`. */
  static async create(options: StandaloneOptions): Promise<Standalone> {
    return new Standalone(options, await makeRuntimeFolder(process.env));
  }

  /** What is served now. */
  get served(): readonly ServedProxy[] {
    return this.#served;
  }

  /**
   * Reads the manifests and serves what they say now; false when that is not possible, which was reported. Does nothing when nothing has
   * changed, neither in them nor in the addresses of this host that flows wait for; so it may be called often.
   */
  async reload(): Promise<boolean> {
    // One after the other: each starts from what the one before has left.
    const reloaded = this.#work.then(async () => this.#reload());
    this.#work = reloaded;
    return reloaded;
  }

  /** Passes a signal on to the proxies, waits until they have ended, and removes every file; gives the highest of their exit codes. */
  async stop(signal: NodeJS.Signals): Promise<number> {
    this.#stopping = true;
    const ending = [...this.#instances.values()].map(async (instance) => instance.stop(signal));
    const codes = await Promise.all([...ending, ...this.#ending]);
    await this.#work;
    await rm(this.#folder, { recursive: true, force: true });
    return Math.max(0, ...codes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGTERM');
  }

  async #reload(): Promise<boolean> {
    try {
      return await this.#readAndCarryOut();
    } catch (error) {
      this.#digest = '';
      return this.#refuse([(error as Error).message]);
    }
  }

  async #readAndCarryOut(): Promise<boolean> {
    const { report, sources, hosts } = this.#options;
    const loaded = await loadManifests(sources);
    if (this.#stopping) return false;
    const unchanged = loaded.digest === this.#digest;
    if (unchanged && (this.#refused || this.#listensAsAskedFor())) return true;
    this.#digest = loaded.digest;
    if (!loaded.ok) return this.#refuse(loaded.errors.map(formatManifestError));
    const planned = planAll(loaded.manifests, this.#lastGood(), await this.#identity).map(({ id, plan }) => ({
      id,
      plan: replaceHosts(plan, hosts),
    }));
    const refusals = refusalLines(planned);
    if (refusals.length > 0) return this.#refuse(refusals);
    this.#refused = false;
    const listeners = await decideListeners(planned.flatMap(wantedListeners), this.#listeners, probeBind);
    if (unchanged && samePlaces(listeners, this.#listeners)) return true;
    this.#listeners = listeners;
    const { ignored } = loaded.manifests;
    if (ignored.length > 0) report.info(`passed over: ${ignored.join(', ')}`);
    this.#endOthers(planned);
    return this.#carryOut(planned);
  }

  #refuse(lines: readonly string[]): false {
    this.#refused = true;
    const consequence = this.#served.length === 0 ? '' : '\nWhat was served before is served on.';
    this.#options.report.error(`${lines.map((line) => `error: ${line}`).join('\n')}${consequence}`);
    return false;
  }

  /** Whether no flow waits for an address to come to this host, or for another program to leave one. */
  #listensAsAskedFor(): boolean {
    return [...this.#listeners.values()].every(({ note }) => note === null);
  }

  #lastGood(): LastGood {
    return new Map([...this.#instances].map(([id, instance]) => [id, instance.lastGood]));
  }

  /** Ends the proxies of resources that are gone; their connections may end in their own time. */
  #endOthers(planned: readonly PlannedProxy[]): void {
    const wanted = new Set(planned.map(({ id }) => id));
    for (const [id, instance] of this.#instances) {
      if (wanted.has(id)) continue;
      this.#instances.delete(id);
      this.#options.report.info(`${id}: is not in the manifests any more and is ended`);
      const ending = instance.stop('SIGTERM').finally(() => this.#ending.delete(ending));
      this.#ending.add(ending);
    }
  }

  async #carryOut(planned: readonly PlannedProxy[]): Promise<boolean> {
    const { report } = this.#options;
    const before = new Map(this.#served.map((proxy) => [proxy.id, proxy]));
    const served: ServedProxy[] = [];
    let complete = true;
    for (const { id, plan } of planned) {
      const instance = this.#instances.get(id) ?? (await this.#createInstance(id));
      const listeners = this.#listenersOf({ id, plan });
      const outcome = await instance.carryOut(plan, listeners);
      if (outcome.served) {
        const proxy: ServedProxy = { id, plan, listeners, admin: instance.admin };
        served.push(proxy);
        report.info(formatProxy(proxy, failedListeners(outcome.status)));
      } else {
        complete = false;
        served.push(...[before.get(id)].filter((proxy) => proxy !== undefined));
        report.error(`error: TeamworkProxy ${id}: ${outcome.message}`);
      }
    }
    this.#served = served;
    // What was not taken over is tried again even if nothing has changed.
    if (!complete) this.#digest = '';
    return complete;
  }

  async #createInstance(id: string): Promise<ProxyInstance> {
    const { admin, workers, drainTimeout, output, report } = this.#options;
    const instance = new ProxyInstance({
      folder: join(this.#folder, id.replace('/', '.')),
      admin: await chooseAdmin(
        admin,
        [...this.#instances.values()].map(({ admin }) => admin),
      ),
      workers,
      drainTimeout,
      output,
      report: (line) => report.error(`${id}: ${line}`),
    });
    this.#instances.set(id, instance);
    return instance;
  }

  #listenersOf({ id, plan }: PlannedProxy): ReadonlyMap<string, DecidedListener> {
    const entries = plan.flows.map(
      ({ frontend }) => [frontend.name, this.#listeners.get(flowKey(id, frontend.name))] as const,
    );
    return new Map(
      entries.flatMap(([name, listener]) => (listener === undefined ? [] : [[name, listener] as const])),
    );
  }
}

function wantedListeners({ id, plan }: PlannedProxy): readonly WantedListener[] {
  return plan.flows.map(({ frontend }) => ({
    key: flowKey(id, frontend.name),
    address: frontend.loadBalancer.address,
    port: frontend.port,
  }));
}

function flowKey(id: string, frontend: string): string {
  return `${id}/${frontend}`;
}
