import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type FaultsCluster, openFaultsCluster } from '../cluster.ts';
import { ourOperator } from '../our-operator.ts';
import type { Instance, Place } from '../subject.ts';
import { type Played, fresh, play } from './play.ts';
import { BASE, type SpecStep, sequences } from './sequence.ts';

/** How many sequences are played, and the seed of the first; those after it have the numbers after that, so that `SEED=<number> SEQUENCES=1` plays one again. */
const COUNT = Number(process.env['SEQUENCES'] ?? '30');
const SEED = Number(process.env['SEED'] ?? '1000');

/** Seeds that once showed a fault, and are always played. */
const REGRESSIONS: readonly number[] = [];

const PARALLEL = 10;

/** A bound for what hangs, not a measure of speed: half a minute for each, one after the other, and more. */
const TIMEOUT_MS = 3_600_000 + COUNT * 30_000;

let cluster: FaultsCluster;
let operator: Instance;
const over = new AbortController();
let life: Promise<void>;

beforeAll(async () => {
  cluster = await openFaultsCluster();
  const namespace = await cluster.createNamespace();
  const place = { kubeconfig: cluster.controlPlane.kubeconfig, namespace, everywhere: true };
  operator = await ourOperator().start(place);
  life = live(place);
}, 120_000);

afterAll(async () => {
  over.abort();
  await operator?.stop();
  await life;
  await cluster?.close();
});

/** On a host that is busy with other things the operator may lose its Lease; it is started again then, as the kubelet does. */
async function live(place: Place): Promise<void> {
  await operator.ended;
  while (!over.signal.aborted) {
    operator = await ourOperator().start(place);
    await operator.ended;
  }
}

it(
  'ends where a fresh start ends, whatever was asked for before',
  async () => {
    const base = await fresh(cluster, BASE);
    const played: Played[] = [];
    const chosen = Array.from({ length: COUNT }, (_, index) => SEED + index);
    const seeds = process.env['SEED'] === undefined ? [...REGRESSIONS, ...chosen] : chosen;
    const queue = [...seeds];
    const work = async () => {
      for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
        const [steps = []] = fc.sample(sequences, { numRuns: 1, seed });
        const result = await playOne(steps, base);
        played.push(result);
        for (const problem of result.problems.slice(0, 4)) say(`seed ${seed}: ${problem}`);
        if (result.problems.length > 0) say(`seed ${seed}: ${JSON.stringify(steps)}`);
        if (played.length % 10 === 0) say(`${played.length} of ${seeds.length} sequences`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));

    const sum = (count: (one: Played) => number) => played.reduce((total, one) => total + count(one), 0);
    say(
      `${sum(({ steps }) => steps)} steps, ${sum(({ refused }) => refused)} refused by the API server, ` +
        `${sum(({ notAccepted }) => notAccepted)} not accepted, ${sum(({ comparedWithFresh }) => comparedWithFresh)} compared with a fresh start`,
    );
    if (played.some(({ problems }) => problems.length > 0)) say(operator.output().slice(-20).join('\n'));
    expect(played.flatMap(({ problems }) => problems)).toEqual([]);
    expect(played).toHaveLength(seeds.length);
  },
  TIMEOUT_MS,
);

/** What ends with an error is a problem of this sequence, and the others go on. */
async function playOne(steps: readonly SpecStep[], base: Awaited<ReturnType<typeof fresh>>): Promise<Played> {
  try {
    return await play(steps, cluster, base);
  } catch (error) {
    return {
      problems: [String(error)],
      steps: steps.length,
      refused: 0,
      notAccepted: 0,
      comparedWithFresh: 0,
    };
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
