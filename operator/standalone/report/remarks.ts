import type { Plan } from '../../reconcile/plan/types.ts';
import type { DecidedListener } from '../listen/decide.ts';

/** Everything about a plan that its reader should know, one line each: what is not served, and what deserves attention. */
export function remarks(plan: Plan, listeners: ReadonlyMap<string, DecidedListener>): readonly string[] {
  return [
    ...plan.certificates.flatMap(({ state, problem }) =>
      problem === null
        ? []
        : [
            `problem: ${problem.message}${state === 'LastGood' ? '; what was valid before is served on' : ''}`,
          ],
    ),
    ...plan.flows.flatMap(({ frontend, unservable }) =>
      unservable === null ? [] : [`problem: ${frontend.name} is not served: ${unservable}`],
    ),
    ...plan.findings.map(({ path, message }) => `finding: ${path}: ${message}`),
    ...notes(listeners),
  ];
}

/** Flows of which the same is to be said share a line. */
function notes(listeners: ReadonlyMap<string, DecidedListener>): readonly string[] {
  const byNote = Map.groupBy(listeners, ([, { note }]) => note);
  return [...byNote].flatMap(([note, flows]) =>
    note === null ? [] : [`note: ${flows.map(([name]) => name).join(', ')}: ${note}`],
  );
}
