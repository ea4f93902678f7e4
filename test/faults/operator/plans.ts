/** What goes wrong in one run, as data: which fault, at which occurrence. */
import type { EventFault } from '../../support/api-fault-proxy.ts';

/** What happens to one request. */
export type RequestFault =
  /** The operator is killed when the request has left it, and the server never sees that. */
  | 'CrashBefore'
  /** The operator is killed when the server has done what it asked, and never sees the reply. */
  | 'CrashAfter'
  | 'LoseReply'
  | 'Reset'
  | 'Truncate'
  | 'Slow'
  | 'Hang'
  | 409
  | 410
  | 429
  | 500
  | 503;

/** An event of a watch that every run without faults has. */
export interface EventId {
  readonly resource: string;
  readonly type: string;
  /** Of the object; `*` where names are random. */
  readonly name: string;
  /** The how many-th of these, from 1. */
  readonly nth: number;
}

export type Plan = { readonly id: string } & (
  | { readonly kind: 'Write' | 'Read' | 'Watch'; readonly nth: number; readonly fault: RequestFault }
  | { readonly kind: 'Event'; readonly event: EventId; readonly fault: EventFault }
  /** At the end, the operator is shown what it was shown at a former moment, as part of the whole time; killed before that, or not. */
  | { readonly kind: 'Travel'; readonly part: number; readonly crash: boolean }
  /** The operator is killed when all is quiet after a step. */
  | { readonly kind: 'Restart'; readonly step: number }
  /** The API server is away for ten minutes when a step begins: connections are refused, or reset. */
  | { readonly kind: 'Away'; readonly step: number; readonly how: 'Refuse' | 'Reset' }
  /** The resource is deleted for good when the operator is about to write. */
  | { readonly kind: 'Delete'; readonly nth: number }
);

/** What a run without faults had, of which plans are made. */
export interface Recording {
  /** How many requests of each kind, Leases and events of the cluster not counted. */
  readonly writes: number;
  readonly reads: number;
  readonly watches: number;
  readonly events: readonly EventId[];
  readonly steps: number;
}

const WRITE_FAULTS: readonly RequestFault[] = [
  'CrashBefore',
  'CrashAfter',
  'LoseReply',
  'Truncate',
  'Slow',
  'Hang',
  409,
  429,
  500,
  503,
];
const READ_FAULTS: readonly RequestFault[] = [
  'CrashAfter',
  'Reset',
  'Truncate',
  'Slow',
  'Hang',
  429,
  500,
  503,
];
const WATCH_FAULTS: readonly RequestFault[] = ['Reset', 'Hang', 410, 429, 500, 503];
const EVENT_FAULTS: readonly EventFault[] = [
  { kind: 'Drop' },
  { kind: 'Double' },
  { kind: 'Hold', events: 4 },
  { kind: 'Merge' },
  { kind: 'Truncate' },
  { kind: 'End' },
  { kind: 'Reset' },
  { kind: 'Stall' },
  { kind: 'Error', code: 410 },
  { kind: 'Error', code: 500 },
];

/** Into how many parts the past is divided for journeys into it. */
const MOMENTS = 24;

/** Every plan: all faults at every write, every read, every watch and every event. */
export function allPlans({ writes, reads, watches, events, steps }: Recording): readonly Plan[] {
  return [
    ...requestPlans('Write', writes, WRITE_FAULTS),
    ...requestPlans('Read', reads, READ_FAULTS),
    ...requestPlans('Watch', watches, WATCH_FAULTS),
    ...EVENT_FAULTS.flatMap((fault) => events.map((event) => eventPlan(event, fault))),
    ...[true, false].flatMap((crash) => range(MOMENTS).map((at) => travelPlan((at - 0.5) / MOMENTS, crash))),
    ...range(steps).map((at): Plan => ({ id: `restart after step ${at}`, kind: 'Restart', step: at - 1 })),
    ...(['Refuse', 'Reset'] as const).flatMap((how) =>
      range(steps).map((at): Plan => ({ id: `away at step ${at}, ${how}`, kind: 'Away', step: at - 1, how })),
    ),
    ...range(writes).map((nth): Plan => ({ id: `delete at write ${nth}`, kind: 'Delete', nth })),
  ];
}

/** Plans of one kind and fault, in the order of their occurrence. */
export function groupOf(plan: Plan): string {
  if (plan.kind === 'Event') {
    const { fault } = plan;
    return `Event ${fault.kind}${fault.kind === 'Error' ? ` ${fault.code}` : ''}`;
  }
  if ('fault' in plan) return `${plan.kind} ${plan.fault}`;
  if (plan.kind === 'Travel') return `Travel ${plan.crash ? 'crash' : 'reconnect'}`;
  return plan.kind;
}

/** So many plans, from every group as evenly as possible, and within a group spread over all occurrences; other groups begin elsewhere. */
export function sample(plans: readonly Plan[], count: number): readonly Plan[] {
  const groups = [...Map.groupBy(plans, groupOf).values()];
  const share = Math.max(1, Math.floor(count / groups.length));
  return groups.flatMap((group, index) => {
    if (group.length <= share) return group;
    const stride = group.length / share;
    const start = (index / groups.length) * stride;
    return range(share).flatMap((at) => group[Math.floor(start + (at - 1) * stride)] ?? []);
  });
}

function requestPlans(
  kind: 'Write' | 'Read' | 'Watch',
  count: number,
  faults: readonly RequestFault[],
): readonly Plan[] {
  return faults.flatMap((fault) =>
    range(count).map((nth): Plan => ({ id: `${kind.toLowerCase()} ${nth}: ${fault}`, kind, nth, fault })),
  );
}

function eventPlan(event: EventId, fault: EventFault): Plan {
  const { resource, type, name, nth } = event;
  const what = fault.kind === 'Error' ? `Error ${fault.code}` : fault.kind;
  return { id: `event ${resource}/${name} ${type} ${nth}: ${what}`, kind: 'Event', event, fault };
}

function travelPlan(part: number, crash: boolean): Plan {
  const how = crash ? 'after a crash' : 'after a reconnect';
  return { id: `travel to ${Math.round(part * 100)} %, ${how}`, kind: 'Travel', part, crash };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
