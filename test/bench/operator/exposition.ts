/** A sample of Prometheus' text format. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The samples of one metric on a page in Prometheus' text format. */
export function samplesOf(page: string, metric: string): readonly Sample[] {
  return page.split('\n').flatMap((line) => {
    if (!line.startsWith(metric)) return [];
    const [, text = '', value] = /^(?:\{(.*)\})? ([^ ]+)$/.exec(line.slice(metric.length)) ?? [];
    if (value === undefined) return [];
    const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const labels = Object.fromEntries(pairs.map(([, name = '', label = '']) => [name, label]));
    return [{ labels, value: Number(value) }];
  });
}

/** Sums by a key made of the labels; samples without a key are left out. */
export function sumBy(
  samples: readonly Sample[],
  keyOf: (labels: Sample['labels']) => string | undefined,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { labels, value } of samples) {
    const key = keyOf(labels);
    if (key !== undefined) sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

/** By how much each sum has grown; what has not is left out. */
export function growth(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const grown = Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, by]) => by > 0));
}

export function total(sums: Readonly<Record<string, number>>): number {
  return Object.values(sums).reduce((sum, value) => sum + value, 0);
}
