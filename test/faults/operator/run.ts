/** One life of a resource under one operator: a namespace, a fault proxy, an operator that is started again whenever it ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiFaultProxy, startApiFaultProxy } from '../../support/api-fault-proxy.ts';
import type { FaultsCluster } from './cluster.ts';
import type { Instance, Subject } from './subject.ts';
import { type Masks, type World, differences } from './world.ts';

const POLL_MS = 100;

/** How long an operator that ended by itself stays away, as with a kubelet, but shorter. */
const RESTART_MS = 1000;

/** What the world is to be like. */
export interface Goal {
  readonly world: World;
  readonly masks: Masks;
}

export class Run {
  readonly cluster: FaultsCluster;
  readonly namespace: string;
  readonly proxy: ApiFaultProxy;
  readonly #subject: Subject;
  #instance: Instance | undefined;
  /** Set while the operator is not to be started again. */
  #isOver = false;
  #restarts: Promise<void> = Promise.resolve();
  /** What each instance said, the latest last. */
  readonly #outputs: (() => readonly string[])[] = [];

  private constructor(cluster: FaultsCluster, subject: Subject, own: Pick<Run, 'namespace' | 'proxy'>) {
    this.cluster = cluster;
    this.#subject = subject;
    this.namespace = own.namespace;
    this.proxy = own.proxy;
  }

  static async open(cluster: FaultsCluster, subject: Subject): Promise<Run> {
    const namespace = await cluster.createNamespace();
    return new Run(cluster, subject, { namespace, proxy: await startApiFaultProxy(cluster.controlPlane) });
  }

  get stage() {
    return { client: this.cluster.client, namespace: this.namespace };
  }

  get world(): World {
    return this.cluster.world(this.namespace);
  }

  get version(): string {
    return this.cluster.version(this.namespace);
  }

  /** The same with pods. */
  get activity(): string {
    return this.cluster.activity(this.namespace);
  }

  /** Requests to write that reached the API server. */
  get writes() {
    return this.cluster.ledger.writesIn(this.namespace);
  }

  /** What the operators said, for whoever has to find out why. */
  get output(): readonly string[] {
    return this.#outputs.flatMap((output) => output());
  }

  async start(): Promise<void> {
    if (this.#isOver) return;
    const { namespace, proxy } = this;
    const instance = await this.#subject.start({ kubeconfig: proxy.kubeconfig, namespace });
    this.#instance = instance;
    this.#outputs.push(() => instance.output());
    void this.#startAgain(instance);
  }

  /** Kills the operator: nothing of it reaches the API server after this, and what it knew is lost. */
  async kill(): Promise<void> {
    const instance = this.#instance;
    this.#instance = undefined;
    await this.proxy.refuse();
    await instance?.kill();
    await this.cluster.removeLeases(this.namespace);
    await this.proxy.listen();
  }

  /** Asks the operator to end; it is not started again. */
  async stop(): Promise<void> {
    const instance = this.#instance;
    this.#instance = undefined;
    await instance?.stop();
  }

  signal(name: NodeJS.Signals): void {
    this.#instance?.signal?.(name);
  }

  async crash(): Promise<void> {
    const restart = this.kill().then(() => this.start());
    this.#restarts = restart;
    await restart;
  }

  /** Resolves when the world is as expected, or it is enough; false if it does not get so in this time. */
  async reaches(
    { world, masks }: Goal,
    timeoutMs: number,
    isEnough: () => boolean = () => false,
  ): Promise<boolean> {
    let looked: string | undefined;
    const isReached = () => {
      if (isEnough()) return true;
      const { version } = this;
      if (version === looked) return false;
      looked = version;
      return differences(world, this.world, masks).length === 0;
    };
    return waitFor(isReached, timeoutMs);
  }

  /** Resolves when for this time nothing has changed and nobody has written. */
  async quiet(ms: number, timeoutMs: number): Promise<boolean> {
    let last = '';
    let since = performance.now();
    return waitFor(() => {
      const now = `${this.activity} ${this.writes.length}`;
      if (now !== last) since = performance.now();
      last = now;
      return performance.now() - since >= ms;
    }, timeoutMs);
  }

  /** Resolves when more has been written than so many requests; false if that does not come about in this time. */
  async writesAfter(count: number, timeoutMs: number): Promise<boolean> {
    return waitFor(() => this.writes.length > count, timeoutMs);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#restarts;
    const instance = this.#instance;
    this.#instance = undefined;
    await this.proxy.refuse();
    await instance?.kill();
    await this.proxy.close();
    await this.cluster.deleteNamespace(this.namespace);
  }

  async #startAgain(instance: Instance): Promise<void> {
    await instance.ended;
    if (this.#instance !== instance) return;
    await pause(RESTART_MS);
    if (this.#instance !== instance || this.#isOver) return;
    await this.cluster.removeLeases(this.namespace);
    await this.start();
  }
}

async function waitFor(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    if (isSo()) return true;
    await pause(POLL_MS);
  }
  return false;
}
