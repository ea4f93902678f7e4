import type { LeafFacts } from './types.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long before its end people are told of a certificate, in milliseconds. */
const NOTICE_MS = 30 * DAY_MS;

/** Certificates that live this long, in milliseconds, or shorter are renewed by machines: ACME, cert-manager, Vault. */
const SHORT_LIFE_MS = 90 * DAY_MS;

export interface Expiry {
  /** `ExpiresSoon`: less time than the notice is left, see {@link noticeOf}. */
  readonly state: 'NotYetValid' | 'Valid' | 'ExpiresSoon' | 'Expired';
  /** Whole days until it expires, negative afterwards. */
  readonly daysLeft: number;
}

/** How a certificate stands in its lifetime (both ends included, RFC 5280 section 4.1.2.5). */
export function expiry(
  { notBefore, notAfter }: Pick<LeafFacts, 'notBefore' | 'notAfter'>,
  now: Date,
): Expiry {
  const left = notAfter.getTime() - now.getTime();
  const lifetime = notAfter.getTime() - notBefore.getTime();
  const daysLeft = Math.floor(left / DAY_MS);
  if (left < 0) return { state: 'Expired', daysLeft };
  if (now < notBefore) return { state: 'NotYetValid', daysLeft };
  return { state: left < noticeOf(lifetime) ? 'ExpiresSoon' : 'Valid', daysLeft };
}

/**
 * How long before its end people are told: 30 days, and of a short life a quarter. Machines renew when a third is left, so whoever is told then knows that
 * this has failed, and a healthy renewal never makes a warning.
 */
function noticeOf(lifetime: number): number {
  return lifetime > SHORT_LIFE_MS ? NOTICE_MS : Math.min(NOTICE_MS, lifetime / 4);
}
