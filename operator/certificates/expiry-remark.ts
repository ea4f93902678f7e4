import type { Authorities } from './authorities.ts';
import { expiry } from './expiry.ts';
import type { LeafFacts } from './types.ts';

/** What is to be said of a certificate's place in its lifetime. */
export interface ExpiryRemark {
  readonly reason: 'ExpiresSoon' | 'Expired' | 'NotYetValid';
  /** Whether clients accept it at the moment. */
  readonly isTrusted: boolean;
  /** Goes on from the certificate's name. It has dates and not the days that are left, so that it does not change every day. */
  readonly message: string;
}

/** The message for each state in which there is something to be said. */
type Words = Readonly<Record<ExpiryRemark['reason'], string>>;

/** Null as long as there is nothing to be said. */
export function expiryRemark(leaf: Lifetime, now: Date): ExpiryRemark | null {
  return remark(leaf, now, {
    ExpiresSoon: `expires on ${day(leaf.notAfter)}; put a renewed one in its place`,
    Expired: `expired on ${day(leaf.notAfter)}, and is served all the same; put a renewed one in its place`,
    NotYetValid: `is not valid before ${second(leaf.notBefore)}, and is served all the same; wait, or correct the clock of what issued it`,
  });
}

/** The same of authorities, by the one that lasts longest: as long as that is valid, they are good for something. */
export function authoritiesRemark(authorities: Authorities, now: Date): ExpiryRemark | null {
  return remark(authorities, now, {
    ExpiresSoon: `the last of these authorities expires on ${day(authorities.notAfter)}; add what takes its place`,
    Expired: `the last of these authorities expired on ${day(authorities.notAfter)}, so nobody can show a certificate that leads to them; add what takes its place`,
    NotYetValid: `these authorities are not valid before ${second(authorities.notBefore)}; wait, or correct the clock of what issued them`,
  });
}

type Lifetime = Pick<LeafFacts, 'notBefore' | 'notAfter'>;

function remark(lifetime: Lifetime, now: Date, words: Words): ExpiryRemark | null {
  const { state } = expiry(lifetime, now);
  if (state === 'Valid') return null;
  return { reason: state, isTrusted: state === 'ExpiresSoon', message: words[state] };
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function second(date: Date): string {
  return date.toISOString().replace(/\.[0-9]+Z$/, 'Z');
}
