import { expiryRemark } from '../../certificates/expiry-remark.ts';
import type { Plan } from '../../reconcile/plan/types.ts';
import type { DecidedListener } from '../listen/decide.ts';

/** Everything about a plan that its reader should know, one line each: what is not served, and what deserves attention. */
export function remarks(
  plan: Plan,
  listeners: ReadonlyMap<string, DecidedListener>,
  now: Date = new Date(),
): readonly string[] {
  return [
    ...expiryRemarks(plan, now),
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

/** Certificates that will expire, have expired, or are not valid yet. */
export function expiryRemarks({ certificates }: Plan, now: Date): readonly string[] {
  return certificates.flatMap((certificate) => {
    if (certificate.state === 'Missing') return [];
    const remark = expiryRemark(certificate.material.leaf, now);
    if (remark === null) return [];
    const { name, source } = certificate;
    return [
      `${remark.isTrusted ? 'warning' : 'problem'}: spec.certificates[${name}]: ${source}: ${remark.message}`,
    ];
  });
}

/** Flows of which the same is to be said share a line. */
function notes(listeners: ReadonlyMap<string, DecidedListener>): readonly string[] {
  const byNote = Map.groupBy(listeners, ([, { note }]) => note);
  return [...byNote].flatMap(([note, flows]) =>
    note === null ? [] : [`note: ${flows.map(([name]) => name).join(', ')}: ${note}`],
  );
}
