import type { LeafFacts } from './types.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Expiry {
  /** `ExpiresSoon`: less than 30 days and less than a quarter of its lifetime are left, so that automatic renewal, which begins earlier, is over. */
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
  return { state: left < Math.min(30 * DAY_MS, lifetime / 4) ? 'ExpiresSoon' : 'Valid', daysLeft };
}
