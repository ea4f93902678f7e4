/** Plays a sequence of specifications on a real API server, with one operator for all, and says what is wrong. */
import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../../../../operator/kube/client/errors.ts';
import type { TeamworkProxy } from '../../../../operator/api/resource.ts';
import { TEAMWORK_PROXIES } from '../../../../operator/reconcile/kinds.ts';
import type { FaultsCluster } from '../cluster.ts';
import { PROXY, applyKeystore } from '../scenario.ts';
import { type World, differences } from '../world.ts';
import { comparable, isAccepted, isServed, misleadingServices, withoutStatus } from './expectations.ts';
import { BASE, type SpecStep } from './sequence.ts';

const POLL_MS = 100;
const STILL_MS = 1500;
const TIMEOUT_MS = 180_000;

export interface Played {
  readonly problems: readonly string[];
  readonly steps: number;
  /** How many of them the API server refused, and how many the operator. */
  readonly refused: number;
  readonly notAccepted: number;
  readonly comparedWithFresh: number;
}

/**
 * @param base what becomes of the first specification where nothing was before
 */
export async function play(steps: readonly SpecStep[], cluster: FaultsCluster, base: World): Promise<Played> {
  const chain = await Chain.open(cluster);
  try {
    const player = new Player(chain, await chain.become(BASE));
    for (const step of steps) await player.take(step);
    await player.compareWithFresh(cluster);
    await player.goBack(base);
    return { ...player.counts, problems: player.problems, steps: steps.length };
  } finally {
    await chain.close();
  }
}

/** Takes one step after the other, and notes what is wrong. */
class Player {
  readonly problems: string[] = [];
  readonly counts = { refused: 0, notAccepted: 0, comparedWithFresh: 0 };
  readonly #chain: Chain;
  /** The specification that was accepted last, and what became of it. */
  #spec: object = BASE;
  #world: World;

  constructor(chain: Chain, world: World) {
    this.#chain = chain;
    this.#world = world;
  }

  async take({ spec, isAdmitted }: SpecStep): Promise<void> {
    if (!isAdmitted) {
      this.counts.refused += 1;
      await this.#refuse(spec);
      return;
    }
    const next = await this.#chain.become(spec);
    this.problems.push(...named('servicesLeadToListeners', misleadingServices(next)));
    if (isAccepted(next)) {
      [this.#spec, this.#world] = [spec, next];
      return;
    }
    this.counts.notAccepted += 1;
    this.problems.push(...named('untouched', differences(withoutStatus(this.#world), withoutStatus(next))));
    const back = await this.#chain.become(this.#spec);
    this.problems.push(...named('rollBack', differences(comparable(this.#world), comparable(back))));
  }

  async compareWithFresh(cluster: FaultsCluster): Promise<void> {
    if (!isServed(this.#world)) return;
    this.counts.comparedWithFresh += 1;
    const expected = comparable(await fresh(cluster, this.#spec));
    this.problems.push(...named('chainEqualsFresh', differences(expected, comparable(this.#world))));
  }

  async goBack(base: World): Promise<void> {
    const again = await this.#chain.become(BASE);
    this.problems.push(...named('backToTheBeginning', differences(comparable(base), comparable(again))));
  }

  async #refuse(spec: object): Promise<void> {
    const isTaken = await this.#chain.isTaken(spec);
    if (isTaken) this.problems.push(`the API server takes what it must not: ${JSON.stringify(spec)}`);
    await pause(POLL_MS);
    const found = differences(comparable(this.#world), comparable(this.#chain.world));
    this.problems.push(...named('untouched', found));
  }
}

/** The world of a specification that is the first one of its resource. */
export async function fresh(cluster: FaultsCluster, spec: object): Promise<World> {
  const chain = await Chain.open(cluster);
  try {
    return await chain.become(spec);
  } finally {
    await chain.close();
  }
}

class Chain {
  readonly #cluster: FaultsCluster;
  readonly #namespace: string;

  private constructor(cluster: FaultsCluster, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  static async open(cluster: FaultsCluster): Promise<Chain> {
    const namespace = await cluster.createNamespace();
    await applyKeystore({ client: cluster.client, namespace }, 'rsa.p12');
    return new Chain(cluster, namespace);
  }

  /** Replaces the specification as a whole; resolves when the operator has nothing to do any more. */
  async become(spec: object): Promise<World> {
    const { generation } = (await this.#put(spec)).metadata;
    const end = performance.now() + TIMEOUT_MS;
    let [version, since] = ['', performance.now()];
    while (performance.now() < end) {
      const now = this.#cluster.activity(this.#namespace);
      if (now !== version) [version, since] = [now, performance.now()];
      const isDone = this.#observed() === generation && performance.now() - since >= STILL_MS;
      if (isDone) return this.world;
      await pause(POLL_MS);
    }
    throw new Error(`the operator does not come to rest with ${JSON.stringify(spec)}`);
  }

  /** Whether the API server takes a specification; if it does, it is to be taken back. */
  async isTaken(spec: object): Promise<boolean> {
    try {
      await this.#put(spec);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 409)
        return false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#cluster.deleteNamespace(this.#namespace);
  }

  get world(): World {
    return this.#cluster.world(this.#namespace);
  }

  #observed(): number | undefined {
    const proxy = this.world.get(`TeamworkProxy/${PROXY}`) as TeamworkProxy | undefined;
    return proxy?.status?.observedGeneration;
  }

  async #put(spec: object): Promise<TeamworkProxy> {
    const { client } = this.#cluster;
    const key = { namespace: this.#namespace, name: PROXY };
    const found = await client.get(TEAMWORK_PROXIES, key);
    const metadata = { ...key, ...(found && { resourceVersion: found.metadata.resourceVersion }) };
    const object = { apiVersion: 'teamworkproxy.io/v1alpha1', kind: 'TeamworkProxy', metadata, spec };
    if (found === undefined) return client.create(TEAMWORK_PROXIES, object as TeamworkProxy);
    try {
      return await client.replace(TEAMWORK_PROXIES, object as TeamworkProxy);
    } catch (error) {
      // The operator has written the status meanwhile.
      if (error instanceof ApiError && error.status === 409) return this.#put(spec);
      throw error;
    }
  }
}

function named(oracle: string, found: readonly string[]): readonly string[] {
  return found.map((difference) => `${oracle}: ${difference}`);
}
