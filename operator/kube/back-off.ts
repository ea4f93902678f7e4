import type { Random } from './clock.ts';

/** Milliseconds to wait after so many failures in a row, 1 or more: from `baseMs` doubling to `maxMs`, then up to twice that by chance, so that not all clients come back at once. */
export function backOff(
  failures: number,
  { baseMs, maxMs, random }: { readonly baseMs: number; readonly maxMs: number; readonly random: Random },
): number {
  return Math.min(baseMs * 2 ** (failures - 1), maxMs) * (1 + random());
}
