import type { MemorySample } from './memory.ts';

/** What the processes of a proxy hold at one moment. */
export interface Sample {
  /** Minutes since the beginning. */
  readonly minute: number;
  readonly residentKiB: number;
  /** By process. */
  readonly memory: MemorySample;
  readonly openFiles: number;
  /** Share of the time that the event loops of the workers were busy. */
  readonly busy: number;
}

/** Slope of the line through the samples after that minute, by least squares: KiB per minute. */
export function growthPerMinute(
  samples: readonly Pick<Sample, 'minute' | 'residentKiB'>[],
  after: number,
): number {
  const settled = samples.filter(({ minute }) => minute > after);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const minute = mean(settled.map((sample) => sample.minute));
  const resident = mean(settled.map((sample) => sample.residentKiB));
  let products = 0;
  let squares = 0;
  for (const sample of settled) {
    products += (sample.minute - minute) * (sample.residentKiB - resident);
    squares += (sample.minute - minute) ** 2;
  }
  return squares === 0 ? 0 : Math.round(products / squares);
}
