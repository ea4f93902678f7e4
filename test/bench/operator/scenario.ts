import { setTimeout as delay } from 'node:timers/promises';
import { print, step } from '../../cluster/process/progress.ts';
import { cpuTicks, peakResidentKiB, residentKiB, ticksPerSecond } from '../process-tree.ts';
import { type ApiServerCounters, isWrite, watchApiServer } from './api-server.ts';
import { type Children, watchChildren } from './children.ts';
import { growth, samplesOf, sumBy, total } from './exposition.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { percentile } from './percentile.ts';
import { shapesOf } from './shapes.ts';
import { nameOf, namespaceOf, openSite, type Site } from './site.ts';
import type { Candidate, Result, RunningOperator } from './types.ts';

/** How much is measured. */
export interface Size {
  /** Resources that are created from nothing. */
  readonly resources: number;
  /** Resources that are created one after the other before that. */
  readonly single: number;
  /** Changes among all of them. */
  readonly changes: number;
  readonly steadySeconds: number;
}

/** How many users apply at the same time. */
const APPLYING = 8;

/** A quiet operator has written nothing for as long, in milliseconds. */
const QUIET_MS = 5000;

/** The same between two resources that are created one after the other: longer than a status waits for what follows. */
const REST_MS = 500;

interface Scene {
  readonly site: Site;
  readonly children: Children;
  readonly apiServer: ApiServerCounters;
  readonly size: Size;
  readonly ticksPerSecond: number;
}

/** Measures one operator on a control plane of its own. */
export async function measure(candidate: Candidate, size: Size): Promise<Result> {
  const site = await openSite();
  const children = await watchChildren(site.client);
  const loadBalancer = startLoadBalancer(site.client);
  const scene = {
    site,
    children,
    size,
    apiServer: watchApiServer(site.controlPlane),
    ticksPerSecond: await ticksPerSecond(),
  };
  const surroundings = { kubeconfig: site.controlPlane.kubeconfig, podNamespace: 'default' };
  let operator = await candidate.start(surroundings);
  try {
    await site.makeNamespaces(size.single + 1 + size.resources);
    const one = await step(`${candidate.name}: one resource`, async () => measureOne(scene, operator));
    const created = await step(`${candidate.name}: ${size.resources} resources`, async () =>
      measureCreated(scene, operator),
    );
    await step('Waiting until it is quiet', async () => untilQuiet(operator, scene));
    const peak = peakResidentKiB(operator.pid) / 1024;
    const shapes = await shapesOf(site.client, namespaceOf(0), nameOf(0));
    const change = await step(`${candidate.name}: one change`, async () => measureChanges(scene));
    await untilQuiet(operator, scene);
    const steady = await step(`${candidate.name}: steady`, async () => measureSteady(scene, operator));
    const memory = { peak, atRest: residentKiB(operator.pid) / 1024 };
    await operator.stop();
    const resync = await step(`${candidate.name}: restart`, async () =>
      measureResync(scene, async () => (operator = await candidate.start(surroundings))),
    );
    return {
      name: candidate.name,
      version: await candidate.version(),
      shapes,
      one,
      created,
      memory,
      change,
      resync,
      steady,
    };
  } finally {
    await operator.stop();
    await loadBalancer.stop();
    await children.stop();
    await site.close();
  }
}

/** From `apply` to the last child, each once all is done for the one before. */
async function measureOne(scene: Scene, operator: RunningOperator): Promise<Result['one']> {
  const { site, children, size } = scene;
  const times: number[] = [];
  // The first one of a process is not what users see every day.
  for (let index = 0; index <= size.single; index += 1) {
    const complete = children.allOf(nameOf(index));
    const began = performance.now();
    await site.applyResource(index);
    times.push((await complete) - began);
    await untilQuiet(operator, scene, REST_MS);
  }
  return distribution(times.slice(1));
}

async function measureCreated(
  { site, children, apiServer, size, ticksPerSecond }: Scene,
  operator: RunningOperator,
): Promise<Result['created']> {
  const first = size.single + 1;
  const complete = children.count(size.resources + first);
  const before = { operator: cpuTicks(operator.pid), apiServer: apiServer.cpuTicks() };
  const requests = await apiServer.requests();
  const began = performance.now();
  let next = first;
  const apply = async (): Promise<void> => {
    for (let index = next++; index < first + size.resources; index = next++) await site.applyResource(index);
  };
  await Promise.all(Array.from({ length: APPLYING }, apply));
  print(`All are applied after ${Math.round((performance.now() - began) / 1000)} s`);
  const ms = (await complete) - began;
  const made = growth(requests, await apiServer.requests());
  print(`Requests: ${JSON.stringify(made)}`);
  return {
    resources: size.resources,
    ms,
    operatorCpu: (cpuTicks(operator.pid) - before.operator) / ticksPerSecond,
    apiServerCpu: (apiServer.cpuTicks() - before.apiServer) / ticksPerSecond,
    writes: writesIn(made),
  };
}

/** From a change of one resource to the change of what its pods mount. */
async function measureChanges({ site, children, size }: Scene): Promise<Result['change']> {
  const times: number[] = [];
  for (let count = 0; count < size.changes; count += 1) {
    const index = (count * 37) % size.resources;
    const changed = children.nextChange('ConfigMap', `${nameOf(index)}-config`);
    const began = performance.now();
    await site.applyResource(index, `moved-${count}.example.com`);
    times.push((await changed) - began);
  }
  return distribution(times);
}

/** A restart: everything is read and compared again, and nothing is to be written. */
async function measureResync(
  scene: Scene,
  restart: () => Promise<RunningOperator>,
): Promise<Result['resync']> {
  const { apiServer, size } = scene;
  const before = await apiServer.requests();
  const began = performance.now();
  const operator = await restart();
  await untilPassed(operator, size.resources);
  const ms = performance.now() - began;
  await untilQuiet(operator, scene);
  const made = growth(before, await apiServer.requests());
  print(`Requests: ${JSON.stringify(made)}`);
  const byMethod = sumBy(samplesOf(await operator.metrics(), 'rest_client_requests_total'), writingMethod);
  return {
    ms,
    writesByApiServer: writesIn(made),
    writesByOperator: total(byMethod),
    operatorCpu: cpuTicks(operator.pid) / scene.ticksPerSecond,
  };
}

async function measureSteady(
  { apiServer, size, ticksPerSecond }: Scene,
  operator: RunningOperator,
): Promise<Result['steady']> {
  const requests = async () =>
    sumBy(samplesOf(await operator.metrics(), 'rest_client_requests_total'), ({ method }) => method);
  const before = { own: await requests(), answered: await apiServer.requests(), cpu: cpuTicks(operator.pid) };
  await delay(size.steadySeconds * 1000);
  return {
    seconds: size.steadySeconds,
    requests: growth(before.own, await requests()),
    answered: growth(before.answered, await apiServer.requests()),
    operatorCpu: (cpuTicks(operator.pid) - before.cpu) / ticksPerSecond,
  };
}

/** Until as many passes have ended as there are resources. */
async function untilPassed(operator: RunningOperator, resources: number): Promise<void> {
  for (;;) {
    const page = await operator.metrics();
    const passes = samplesOf(page, 'controller_runtime_reconcile_total');
    if (total(sumBy(passes, () => 'all')) >= resources) return;
    await delay(100);
  }
}

/** Until nothing waits to be worked on and nothing is written any more. */
async function untilQuiet(
  operator: RunningOperator,
  { apiServer }: Scene,
  quietMs = QUIET_MS,
): Promise<void> {
  for (let before = -1; ;) {
    const page = await operator.metrics();
    const waiting = total(sumBy(samplesOf(page, 'workqueue_depth'), () => 'all'));
    const now = writesIn(await apiServer.requests());
    if (waiting === 0 && now === before) return;
    before = now;
    await delay(quietMs);
  }
}

function writesIn(requests: Readonly<Record<string, number>>): number {
  return total(Object.fromEntries(Object.entries(requests).filter(([key]) => isWrite(key))));
}

/** PUT is the Lease's alone. */
function writingMethod({ method }: Readonly<Record<string, string>>): string | undefined {
  return method === 'PATCH' || method === 'DELETE' || method === 'POST' ? method : undefined;
}

function distribution(times: readonly number[]) {
  return { median: percentile(times, 0.5), p99: percentile(times, 0.99), samples: times.length };
}
