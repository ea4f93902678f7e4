import { seriesKey, type FamilySnapshot, type MetricsSnapshot } from './snapshot.ts';

/** What a metric is called (Prometheus naming), says and is split by. */
export interface MetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
}

export interface HistogramOptions<L extends string> extends MetricOptions<L> {
  /** Upper bounds of the buckets, ascending; infinity is added. */
  readonly bounds: readonly number[];
}

export type LabelValues<L extends string> = Readonly<Record<L, string>>;

/** A metric with all its series. `labels` finds or makes one: look it up once and keep the handle, which is cheap to use. */
export interface Family<L extends string, H> {
  labels(values: LabelValues<L>): H;
  /** Forgets all series, such as those of things that may be gone. */
  clear(): void;
}

/** A number that only rises. */
export class Counter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

/** A number that rises and falls. */
export class Gauge {
  value = 0;

  set(value: number): void {
    this.value = value;
  }

  inc(by = 1): void {
    this.value += by;
  }

  dec(by = 1): void {
    this.value -= by;
  }
}

/** Counts of values by size. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) {
      bucket += 1;
    }
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/** Bounds for durations in seconds, from a local hop to a request that takes minutes. */
export const DURATION_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** All metrics of one process. */
export class Registry {
  readonly #families = new Map<string, SeriesFamily<string, unknown>>();

  counter<L extends string = never>(options: MetricOptions<L>): Family<L, Counter> {
    return this.#add(
      new SeriesFamily(
        options,
        () => new Counter(),
        (base, series) => ({ ...base, type: 'counter', series: numbers(series) }),
      ),
    );
  }

  gauge<L extends string = never>(options: MetricOptions<L>): Family<L, Gauge> {
    return this.#add(
      new SeriesFamily(
        options,
        () => new Gauge(),
        (base, series) => ({ ...base, type: 'gauge', series: numbers(series) }),
      ),
    );
  }

  histogram<L extends string = never>(options: HistogramOptions<L>): Family<L, Histogram> {
    const { bounds } = options;
    return this.#add(
      new SeriesFamily(
        options,
        () => new Histogram(bounds),
        (base, series) => ({ ...base, type: 'histogram', bounds, series: histograms(series) }),
      ),
    );
  }

  snapshot(): MetricsSnapshot {
    return [...this.#families.values()].map((family) => family.snapshot());
  }

  /** @throws if the name is taken: a metric is declared in one place */
  #add<L extends string, H>(family: SeriesFamily<L, H>): SeriesFamily<L, H> {
    const { name } = family.options;
    if (this.#families.has(name)) {
      throw new Error(`metric ${name} is declared twice`);
    }
    this.#families.set(name, family as unknown as SeriesFamily<string, unknown>);
    return family;
  }
}

type FamilyBase = Pick<FamilySnapshot, 'name' | 'help' | 'labelNames'>;

interface Series<H> {
  readonly labels: readonly string[];
  readonly handle: H;
}

class SeriesFamily<L extends string, H> implements Family<L, H> {
  readonly options: MetricOptions<L>;
  readonly #create: () => H;
  readonly #snapshot: (base: FamilyBase, series: readonly Series<H>[]) => FamilySnapshot;
  readonly #series = new Map<string, Series<H>>();

  constructor(
    options: MetricOptions<L>,
    create: () => H,
    snapshot: (base: FamilyBase, series: readonly Series<H>[]) => FamilySnapshot,
  ) {
    this.options = options;
    this.#create = create;
    this.#snapshot = snapshot;
  }

  labels(values: LabelValues<L>): H {
    const labels = this.options.labelNames.map((name) => values[name]);
    const key = seriesKey(labels);
    const known = this.#series.get(key);
    if (known !== undefined) {
      return known.handle;
    }
    const handle = this.#create();
    this.#series.set(key, { labels, handle });
    return handle;
  }

  clear(): void {
    this.#series.clear();
  }

  snapshot(): FamilySnapshot {
    const { name, help, labelNames } = this.options;
    return this.#snapshot({ name, help, labelNames }, [...this.#series.values()]);
  }
}

function numbers(series: readonly Series<{ readonly value: number }>[]) {
  return series.map(({ labels, handle }) => ({ labels, value: handle.value }));
}

function histograms(series: readonly Series<Histogram>[]) {
  return series.map(({ labels, handle }) => ({ labels, counts: [...handle.counts], sum: handle.sum }));
}
