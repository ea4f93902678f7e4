import { formatMicroTime } from '../time.ts';
import type { Lease } from '../types.ts';

/** How often and how long, in milliseconds. A leader must give up before others may take over: `renewDeadline` < `leaseDuration`. */
export interface LeaseTimes {
  /** How long others wait for a leader that does not renew. */
  readonly leaseDuration: number;
  /** How long a leader goes on without having renewed. */
  readonly renewDeadline: number;
  /** Pause between two attempts to acquire or renew. */
  readonly retryPeriod: number;
}

/** A Lease, and when this process first saw it as it is. Clocks of different machines are never compared. */
export interface ObservedLease {
  readonly lease: Lease;
  /** Monotonic time, in milliseconds. */
  readonly since: number;
}

/** Whose turn it is: ours, since we hold it; anybody's; or that of another holder, who may still be renewing it. */
export type Standing = 'Ours' | 'Free' | 'Held';

/** Keeps the time of the first observation for as long as the Lease does not change. */
export function observe(before: ObservedLease | undefined, lease: Lease, now: number): ObservedLease {
  const unchanged =
    before !== undefined &&
    before.lease.metadata?.uid === lease.metadata?.uid &&
    before.lease.metadata?.resourceVersion === lease.metadata?.resourceVersion;
  return unchanged ? before : { lease, since: now };
}

export function standing({ lease, since }: ObservedLease, identity: string, now: number): Standing {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
  if (holderIdentity === identity) return 'Ours';
  const expired = now - since >= leaseDurationSeconds * 1000;
  return holderIdentity === '' || expired ? 'Free' : 'Held';
}

/** The content of a Lease that `identity` holds from now on, or goes on holding. */
export function claim(
  before: Lease | undefined,
  identity: string,
  { leaseDuration, now }: { readonly leaseDuration: number; readonly now: Date },
): NonNullable<Lease['spec']> {
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = before?.spec ?? {};
  const time = formatMicroTime(now);
  const isRenewal = holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseDuration / 1000),
    acquireTime: isRenewal && acquireTime !== undefined ? acquireTime : time,
    renewTime: time,
    leaseTransitions: before === undefined || isRenewal ? leaseTransitions : leaseTransitions + 1,
  };
}

/** The content of a Lease that its holder gives back: free at once. */
export function giveBack({ spec }: Lease, now: Date): NonNullable<Lease['spec']> {
  const time = formatMicroTime(now);
  return { ...spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time };
}
