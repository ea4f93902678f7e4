import type { Fault } from '../../support/api-fault-proxy.ts';
import type { Plan, RequestFault } from './plans.ts';
import { countedAs, kindOfEvent } from './requests.ts';
import type { Run } from './run.ts';
import { deleteProxy } from './scenario.ts';

/** Whether what a plan waits for has come. */
export interface Armed {
  readonly happened: boolean;
}

const SLOW_MS = 1500;

/**
 * Prepares a run for the fault that a plan has in store, if that comes by itself at one occurrence.
 *
 * @param onFault called when it comes
 */
export function arm(plan: Plan, run: Run, onFault: () => void): Armed {
  const armed = { happened: false };
  const happens = () => {
    armed.happened = true;
    onFault();
  };
  if (plan.kind === 'Event') {
    const { nth, ...wanted } = plan.event;
    const key = JSON.stringify(wanted);
    const matches = nthOf(nth, (event: Parameters<typeof kindOfEvent>[0]) =>
      isEqual(kindOfEvent(event), key),
    );
    run.proxy.injectEvent({ matches, fault: plan.fault, times: 1, onFault: happens });
  } else if (plan.kind === 'Delete') {
    const matches = nthOf(
      plan.nth,
      (request: Parameters<typeof countedAs>[0]) => countedAs(request) === 'Write',
    );
    const deletes = async () => {
      happens();
      await deleteProxy(run.stage);
    };
    run.proxy.inject({ matches, fault: { kind: 'Delay', ms: 0 }, times: 1, onFault: deletes });
  } else if ('fault' in plan) {
    const { kind, nth } = plan;
    const matches = nthOf(nth, (request: Parameters<typeof countedAs>[0]) => countedAs(request) === kind);
    const crashes = async () => {
      happens();
      if (isCrash(plan.fault)) await run.crash();
    };
    run.proxy.inject({ matches, fault: faultOf(plan.fault), times: 1, onFault: crashes });
  } else armed.happened = true;
  return armed;
}

function isEqual(value: object, json: string): boolean {
  return JSON.stringify(value) === json;
}

/** Holds for the n-th that is wanted. */
function nthOf<T>(nth: number, isWanted: (seen: T) => boolean): (seen: T) => boolean {
  let count = 0;
  return (seen) => {
    if (!isWanted(seen)) return false;
    count += 1;
    return count === nth;
  };
}

function isCrash(fault: RequestFault): boolean {
  return fault === 'CrashBefore' || fault === 'CrashAfter';
}

function faultOf(fault: RequestFault): Fault {
  if (fault === 'CrashBefore') return { kind: 'Reset' };
  if (fault === 'CrashAfter') return { kind: 'LoseReply' };
  if (fault === 'Slow') return { kind: 'Delay', ms: SLOW_MS };
  if (typeof fault === 'string') return { kind: fault };
  return { kind: 'Answer', status: fault, ...(fault === 429 && { headers: { 'retry-after': '1' } }) };
}
