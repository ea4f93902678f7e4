import { rangeMatcher } from '../../addresses/ranges.ts';
import type { SourcesPolicy } from '../../config/types.ts';

/** Decides by its address whether a client may ask; null stands for one that is not known, which may not. */
export type SourceCheck = (address: string | null) => boolean;

/** Addresses that are denied are refused, whatever is allowed. */
export function sourceCheck({ allow, deny }: SourcesPolicy): SourceCheck {
  const allowed = allow.length === 0 ? () => true : rangeMatcher(allow);
  const denied = rangeMatcher(deny);
  return (address) => address !== null && allowed(address) && !denied(address);
}
