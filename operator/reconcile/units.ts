const DURATION_UNITS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const SIZE_UNITS = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 } as const;

/** Milliseconds of a duration such as `1h30m`; the schema has checked its form. */
export function milliseconds(duration: string): number {
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/([0-9]+)(ms|h|m|s)/g)) {
    total += Number(amount) * DURATION_UNITS[unit as keyof typeof DURATION_UNITS];
  }
  return total;
}

/** Bytes of a size such as `100Mi`; the schema has checked its form. */
export function bytes(size: string): number {
  const [, amount, unit] = /^([0-9]+)(Ki|Mi|Gi)?$/.exec(size) ?? [];
  return Number(amount) * SIZE_UNITS[(unit ?? '') as keyof typeof SIZE_UNITS];
}
