import { authoritiesRemark, expiryRemark } from '../../certificates/expiry-remark.ts';
import type { ExpiryRemark } from '../../certificates/expiry-remark.ts';
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
    ...[...plan.certificates, ...plan.authorities].flatMap(({ state, problem }) =>
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

/** Certificates and authorities that will expire, have expired, or are not valid yet. */
export function expiryRemarks({ certificates, authorities }: Plan, now: Date): readonly string[] {
  return [...certificateRemarks(certificates, now), ...authorityRemarks(authorities, now)];
}

function certificateRemarks(certificates: Plan['certificates'], now: Date): readonly string[] {
  return certificates.flatMap((one) => {
    const remark = one.state === 'Missing' ? null : expiryRemark(one.material.leaf, now);
    return remark === null ? [] : [remarkLine('certificates', one, remark)];
  });
}

function authorityRemarks(authorities: Plan['authorities'], now: Date): readonly string[] {
  return authorities.flatMap((one) => {
    const remark = one.state === 'Missing' ? null : authoritiesRemark(one.authorities, now);
    return remark === null ? [] : [remarkLine('authorities', one, remark)];
  });
}

function remarkLine(
  list: 'authorities' | 'certificates',
  { name, source }: { readonly name: string; readonly source: string },
  { isTrusted, message }: ExpiryRemark,
): string {
  return `${isTrusted ? 'warning' : 'problem'}: spec.${list}[${name}]: ${source}: ${message}`;
}

/** Flows of which the same is to be said share a line. */
function notes(listeners: ReadonlyMap<string, DecidedListener>): readonly string[] {
  const byNote = Map.groupBy(listeners, ([, { note }]) => note);
  return [...byNote].flatMap(([note, flows]) =>
    note === null ? [] : [`note: ${flows.map(([name]) => name).join(', ')}: ${note}`],
  );
}
