/** What is left of connections that were lost, of resources that are gone, and of an operator that has stopped. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PacedClock } from '../../support/paced-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { type FaultsCluster, openFaultsCluster } from './cluster.ts';
import { heapOf, heapReportingProcess } from './heap.ts';
import { ourOperator } from './our-operator.ts';
import { Run } from './run.ts';
import { FIRST, PROXY, applyKeystore, applyProxy, deleteProxy } from './scenario.ts';

jest.setTimeout(600_000);

const QUIET_MS = 1500;
const TIMEOUT_MS = 120_000;

const RECONNECTS = 1000;

/** So many times as fast as time passes the operator's, so that a short life of a watch is a long one for it. */
const PACE = 20;

/** Sockets and timers that keep a process from ending. */
const LASTING = new Set(['TCPSocketWrap', 'TCPServerWrap', 'TLSWrap', 'PipeWrap', 'Timeout']);

let cluster: FaultsCluster;

beforeAll(async () => {
  cluster = await openFaultsCluster();
}, 120_000);

afterAll(async () => {
  await cluster?.close();
});

type Counts = Readonly<Record<string, number>>;

/** How many there are of each kind. */
function open(): Counts {
  const kinds = process.getActiveResourcesInfo().filter((kind) => LASTING.has(kind));
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}

/** What comes and goes is no leak, and connections that are kept for the next request are sometimes fewer. */
async function untilNoMoreThan(before: Counts): Promise<void> {
  const isSo = async () =>
    Object.entries(open()).every(([kind, count]) => count <= (before[kind] ?? 0)) ? true : undefined;
  const what = `no more than ${JSON.stringify(before)} (now ${JSON.stringify(open())})`;
  await eventually(what, isSo, TIMEOUT_MS);
}

/** How many sockets there are. */
function sockets(counts: Counts): number {
  return counts['TCPSocketWrap'] ?? 0;
}

describe('an operator', () => {
  it('holds no more sockets and timers after a thousand watches were cut off', async () => {
    const clock = new PacedClock();
    const run = await Run.open(cluster, ourOperator(clock));
    try {
      await run.start();
      await applyKeystore(run.stage, 'rsa.p12');
      await applyProxy(run.stage, FIRST);
      expect(await run.quiet(QUIET_MS, TIMEOUT_MS)).toBe(true);
      const watches = run.proxy.watches().length;
      const asked = () => run.proxy.requests.filter(({ isWatch }) => isWatch).length;
      const before = open();

      clock.run(PACE);
      while (asked() < RECONNECTS) {
        const goal = asked() + watches;
        await run.proxy.refuse();
        await run.proxy.listen();
        const all = async () => (asked() >= goal && run.proxy.watches().length >= watches ? true : undefined);
        await eventually('all watches again', all, TIMEOUT_MS);
      }
      clock.run(1);

      await untilNoMoreThan(before);
      const asManyAsBefore = async () => (run.proxy.watches().length === watches ? true : undefined);
      await eventually(`${watches} watches`, asManyAsBefore, TIMEOUT_MS);
    } finally {
      await run.close();
    }
  });

  it('leaves no socket and no timer when it stops', async () => {
    const run = await Run.open(cluster, ourOperator());
    try {
      const before = open();
      await run.start();
      await applyKeystore(run.stage, 'rsa.p12');
      await applyProxy(run.stage, FIRST);
      expect(await run.quiet(QUIET_MS, TIMEOUT_MS)).toBe(true);
      const during = open();

      await run.stop();

      await untilNoMoreThan(before);
      expect(sockets(during)).toBeGreaterThan(sockets(before));
    } finally {
      await run.close();
    }
  });

  it('keeps nothing of resources that are gone', async () => {
    const run = await Run.open(cluster, heapReportingProcess());
    try {
      await run.start();
      await applyKeystore(run.stage, 'rsa.p12');
      await live(run, 3);
      const before = await heapOf(run, 1);

      await live(run, LIVES);

      const perLife = ((await heapOf(run, 2)) - before) / (LIVES * AT_A_TIME);
      expect(perLife).toBeLessThan(MOST_PER_LIFE);
    } finally {
      await run.close();
    }
  });
});

const AT_A_TIME = 16;
const LIVES = 8;

/** A configuration alone has more. Bytes. */
const MOST_PER_LIFE = 8192;

/** So often, some resources are made and deleted again. */
async function live(run: Run, times: number): Promise<void> {
  const { client, namespace } = run.stage;
  const names = Array.from({ length: AT_A_TIME }, (_, index) => `${PROXY}-${index}`);
  for (let time = 0; time < times; time += 1) {
    await Promise.all(names.map(async (name) => applyProxy({ client, namespace }, FIRST, name)));
    const made = async () => {
      const configs = names.filter((name) => run.world.has(`ConfigMap/${name}-server-settings`));
      return configs.length === names.length ? true : undefined;
    };
    await eventually('all that becomes of the resources', made, TIMEOUT_MS);
    expect(await run.quiet(QUIET_MS, TIMEOUT_MS)).toBe(true);
    await Promise.all(names.map(async (name) => deleteProxy({ client, namespace }, name)));
    const gone = async () => (run.world.size === 0 ? true : undefined);
    await eventually('the end of all of it', gone, TIMEOUT_MS);
  }
}
