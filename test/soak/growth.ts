import { floorOf } from './memory.ts';
import type { MemorySample } from './memory.ts';

/** What the processes of a proxy hold at one moment. */
export interface Sample {
  /** Minutes since the beginning. */
  readonly minute: number;
  readonly residentKiB: number;
  /** By process. */
  readonly memory: MemorySample;
  /** What else was seen since the sample before. */
  readonly looks: readonly MemorySample[];
  readonly openFiles: number;
  /** Share of the time that the event loops of the workers were busy. */
  readonly busy: number;
}

/** How memory has grown, once it had settled. KiB. */
export interface Growth {
  /** Slope of the line through what was resident, by least squares, for each minute. */
  readonly residentPerMinute: number;
  /** By how much more was resident at most in the second half than in the first. */
  readonly residentPeak: number;
  /** By how much more was kept in the second half than in the first: in V8's heap, and beside it. */
  readonly keptHeap: number;
  readonly keptExternal: number;
}

/** What still counts as no growth. KiB. */
const MAX_PER_MINUTE = 512;
const MAX_PEAK = 16 * 1024;
const MAX_KEPT = 4 * 1024;

export function growthOf(samples: readonly Sample[], after: number): Growth {
  const settled = samples.filter(({ minute }) => minute > after);
  const half = Math.ceil(settled.length / 2);
  const halves = [settled.slice(0, half), settled.slice(half)] as const;
  const [before, later] = [floorOf(looksOf(halves[0])), floorOf(looksOf(halves[1]))];
  return {
    residentPerMinute: slope(settled),
    residentPeak: peak(halves[1]) - peak(halves[0]),
    keptHeap: later.heapUsed - before.heapUsed,
    keptExternal: later.external - before.external,
  };
}

/**
 * Whether nothing grows. What is resident follows the load: V8 takes more of the host when garbage comes faster, gives some back when the
 * host is busy with other things, and takes it again. So it may rise for a while, as long as it does not rise above where it has been.
 */
export function isSteady({ residentPerMinute, residentPeak, keptHeap, keptExternal }: Growth): boolean {
  const isFlat = residentPerMinute <= MAX_PER_MINUTE || residentPeak <= MAX_PEAK;
  return isFlat && keptHeap <= MAX_KEPT && keptExternal <= MAX_KEPT;
}

function looksOf(samples: readonly Sample[]): readonly MemorySample[] {
  return samples.flatMap(({ memory, looks }) => [memory, ...looks]);
}

function peak(samples: readonly Sample[]): number {
  return Math.max(...samples.map(({ residentKiB }) => residentKiB));
}

function slope(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const minute = mean(samples.map((sample) => sample.minute));
  const resident = mean(samples.map((sample) => sample.residentKiB));
  let products = 0;
  let squares = 0;
  for (const sample of samples) {
    products += (sample.minute - minute) * (sample.residentKiB - resident);
    squares += (sample.minute - minute) ** 2;
  }
  return squares === 0 ? 0 : Math.round(products / squares);
}
