import { isIPv4 } from 'node:net';
import { canonicalAddress } from '../../addresses/canonical.ts';

/** Whether a listener on each of two addresses would be in the other's way, if their ports are the same. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [canonicalAddress(a), canonicalAddress(b)];
  return first === second || includes(first, second) || includes(second, first);
}

/** `::` is every address of both families, `0.0.0.0` every IPv4 address. */
function includes(whole: string, part: string): boolean {
  return whole === '::' || (whole === '0.0.0.0' && isIPv4(part));
}
