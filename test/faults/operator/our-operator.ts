import { systemClock } from '../../../operator/kube/clock.ts';
import type { Clock } from '../../../operator/kube/clock.ts';
import type { Logger } from '../../../operator/kube/log.ts';
import { createMetrics } from '../../../operator/kube/metrics.ts';
import { type Operator, createOperator } from '../../../operator/operator.ts';
import { type Instance, type Place, type Subject, keep } from './subject.ts';

/**
 * Our operator within this process, which starts in milliseconds. A crash is that it forgets everything: whoever kills it has to cut it off from the API
 * server first, as nothing that it does from then on may arrive there.
 *
 * @param clock what it goes by; time itself if left out
 */
export function ourOperator(clock: Clock = systemClock): Subject {
  return { name: 'teamwork-proxy-operator', start: async (place) => startInstance(place, clock) };
}

async function startInstance(
  { kubeconfig, namespace, everywhere = false }: Place,
  clock: Clock,
): Promise<Instance> {
  const lines: string[] = [];
  const log = lineLog(lines);
  const settings = {
    proxyImage: 'localhost/teamwork-proxy:test',
    namespaces: everywhere ? [] : [namespace],
    podNamespace: namespace,
    podName: 'operator-under-test',
  };
  const operator = createOperator({ settings, log, metrics: createMetrics(), kubeconfig, clock });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = async () => {
    await endOnce(operator);
    resolve();
  };
  operator.lost.addEventListener('abort', () => void end(), { once: true });
  operator.start();
  return { ended, output: () => lines, kill: end, stop: end };
}

const ending = new WeakMap<Operator, Promise<void>>();

/** It may be asked to end more than once, by itself and by others. */
function endOnce(operator: Operator): Promise<void> {
  const running = ending.get(operator) ?? operator.stop();
  ending.set(operator, running);
  return running;
}

function lineLog(lines: string[], bound: object = {}): Logger {
  const at = (level: string) => (fields: object, message: string) =>
    keep(lines, JSON.stringify({ level, message, ...bound, ...withErrors(fields) }));
  return {
    debug: () => {},
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => lineLog(lines, { ...bound, ...fields }),
  };
}

/** An error's message is no property that JSON would have. */
function withErrors(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]),
  );
}
