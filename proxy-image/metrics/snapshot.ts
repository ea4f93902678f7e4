/**
 * The values of a registry as plain data, which can be sent from a worker to the supervisor. Histograms count per bucket, not
 * cumulatively; the last count is that of everything above the last bound.
 */
export type MetricsSnapshot = readonly FamilySnapshot[];

export type FamilySnapshot = NumberFamilySnapshot | HistogramFamilySnapshot;

interface FamilyBase {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

export interface NumberFamilySnapshot extends FamilyBase {
  readonly type: 'counter' | 'gauge';
  readonly series: readonly NumberSeries[];
}

export interface HistogramFamilySnapshot extends FamilyBase {
  readonly type: 'histogram';
  /** Upper bounds of the buckets, ascending, without infinity. */
  readonly bounds: readonly number[];
  readonly series: readonly HistogramSeries[];
}

export interface NumberSeries {
  /** One value per label name, in their order. */
  readonly labels: readonly string[];
  readonly value: number;
}

export interface HistogramSeries {
  readonly labels: readonly string[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** The sum of several workers' snapshots: equal series are added up, gauges as well. Families of one name must be declared alike. */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): MetricsSnapshot {
  const families = new Map<string, FamilySnapshot>();
  for (const family of snapshots.flat()) {
    const sum = families.get(family.name);
    families.set(family.name, sum === undefined ? family : mergeFamilies(sum, family));
  }
  return [...families.values()];
}

/** What stays of a worker that has gone: its counts, so that totals never fall, but not what it had open. */
export function withoutGauges(snapshot: MetricsSnapshot): MetricsSnapshot {
  return snapshot.filter(({ type }) => type !== 'gauge');
}

function mergeFamilies(a: FamilySnapshot, b: FamilySnapshot): FamilySnapshot {
  if (a.type === 'histogram' && b.type === 'histogram') {
    return { ...a, series: mergeSeries(a.series, b.series, addHistograms) };
  }
  if (a.type !== 'histogram' && b.type !== 'histogram') {
    return { ...a, series: mergeSeries(a.series, b.series, addNumbers) };
  }
  throw new Error(`metric ${a.name} is a ${a.type} in one worker and a ${b.type} in another`);
}

function mergeSeries<T extends { readonly labels: readonly string[] }>(
  a: readonly T[],
  b: readonly T[],
  add: (a: T, b: T) => T,
): readonly T[] {
  const merged = new Map(a.map((series) => [seriesKey(series.labels), series]));
  for (const series of b) {
    const key = seriesKey(series.labels);
    const sum = merged.get(key);
    merged.set(key, sum === undefined ? series : add(sum, series));
  }
  return [...merged.values()];
}

function addNumbers(a: NumberSeries, b: NumberSeries): NumberSeries {
  return { labels: a.labels, value: a.value + b.value };
}

function addHistograms(a: HistogramSeries, b: HistogramSeries): HistogramSeries {
  return {
    labels: a.labels,
    counts: a.counts.map((count, bucket) => count + (b.counts[bucket] ?? 0)),
    sum: a.sum + b.sum,
  };
}

/** A key that no two different lists of label values share. */
export function seriesKey(labels: readonly string[]): string {
  let key = '';
  for (const label of labels) {
    key += `${label.length}:${label}`;
  }
  return key;
}
