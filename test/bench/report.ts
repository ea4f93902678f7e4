import type { Memory, MemorySample } from './memory.ts';
import { ratio, type Round, type WorkResult } from './rounds.ts';
import { type Spread, spreadOf } from './statistics.ts';
import type { CandidateName } from './types.ts';

const NAMES: readonly CandidateName[] = ['proxy', 'haproxy', 'nginx'];

/** One line of build/reports/bench.json. */
export interface ReportEntry {
  readonly work: string;
  /** What ours costs as a multiple of HAProxy: median of the ratios within rounds. */
  readonly toHaproxy: number;
  readonly toNginx: number;
  readonly rounds: number;
  /** Smallest and largest ratio to HAProxy. */
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Medians in that unit, by candidate. */
  readonly costs: Readonly<Record<CandidateName, number>>;
  /** Medians of the share of the core that was used, by candidate; null for memory. */
  readonly utilisation: Readonly<Record<CandidateName, number>> | null;
  /** Medians of the share of connections that resumed a session; null where none could. */
  readonly resumed: Readonly<Record<CandidateName, number>> | null;
}

export function workEntry({ work, rounds }: WorkResult): ReportEntry {
  const toHaproxy = ratio(rounds, 'proxy', 'haproxy');
  const resumes = rounds.some(({ proxy }) => proxy.resumed !== null);
  return {
    work: work.name,
    ...ratios(toHaproxy, ratio(rounds, 'proxy', 'nginx').median, rounds.length),
    unit: work.cost.label,
    costs: medians(rounds, ({ cost }) => cost * work.cost.factor),
    utilisation: medians(rounds, ({ utilisation }) => utilisation),
    resumed: resumes ? medians(rounds, ({ resumed }) => resumed ?? 0) : null,
  };
}

/** A line of build/reports/bench.json for what ours costs as a multiple of what it costs without something. */
export interface OwnEntry {
  readonly work: string;
  readonly toItself: number;
  readonly rounds: number;
  readonly min: number;
  readonly max: number;
}

export function policyEntry({ median, min, max }: Spread, rounds: number): OwnEntry {
  return {
    work: 'CORS, rate limit and request filter, to the same without (HTTPS keep-alive, 1 KiB)',
    toItself: hundredths(median),
    rounds,
    min: hundredths(min),
    max: hundredths(max),
  };
}

/** The entry as a line that stands below the table. */
export function ownLine({ work, toItself, rounds, min, max }: OwnEntry): string {
  return `${work}: ${toItself.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)}, ${rounds} rounds).`;
}

const MEMORY_WORKS = {
  kibPerTlsConnection: { work: 'Memory per idle TLS connection', unit: 'KiB' },
  kibPerTcpPair: { work: 'Memory per idle layer 4 pair', unit: 'KiB' },
  idleMiB: { work: 'Memory of an idle proxy', unit: 'MiB' },
} as const satisfies Record<keyof MemorySample, Pick<ReportEntry, 'work' | 'unit'>>;

export function memoryEntries(memories: readonly Memory[]): readonly ReportEntry[] {
  return Object.entries(MEMORY_WORKS).map(([key, what]) => {
    const read = (sample: MemorySample) => sample[key as keyof MemorySample];
    const compare = (name: CandidateName) =>
      spreadOf(memories.map((memory) => read(memory.proxy) / read(memory[name])));
    return {
      ...what,
      ...ratios(compare('haproxy'), compare('nginx').median, memories.length),
      costs: medians(memories, read),
      utilisation: null,
      resumed: null,
    };
  });
}

/** The entries as a Markdown table, which reads well on a console too. */
export function markdownTable(entries: readonly ReportEntry[]): string {
  const head = [
    'Work',
    'to HAProxy',
    'min-max',
    'to nginx',
    'unit',
    'ours',
    'HAProxy',
    'nginx',
    'busy',
    'rounds',
  ];
  const rows = entries.map((entry) => [
    entry.work + remark(entry),
    entry.toHaproxy.toFixed(2),
    `${entry.min.toFixed(2)}-${entry.max.toFixed(2)}`,
    entry.toNginx.toFixed(2),
    entry.unit,
    ...NAMES.map((name) => significant(entry.costs[name])),
    entry.utilisation === null ? '' : NAMES.map((name) => percent(entry.utilisation?.[name])).join(' '),
    String(entry.rounds),
  ]);
  const lines = [head, head.map((_, index) => (index === 0 || index === 4 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function remark({ resumed }: ReportEntry): string {
  const shares = NAMES.map((name) => percent(resumed?.[name])).join(', ');
  return resumed === null ? '' : ` (resumed: ${shares} %)`;
}

function ratios(toHaproxy: Spread, toNginx: number, rounds: number) {
  return {
    toHaproxy: hundredths(toHaproxy.median),
    toNginx: hundredths(toNginx),
    rounds,
    min: hundredths(toHaproxy.min),
    max: hundredths(toHaproxy.max),
  };
}

function medians<T extends Round[CandidateName] | MemorySample>(
  rounds: readonly Readonly<Record<CandidateName, T>>[],
  read: (sample: T) => number,
): Readonly<Record<CandidateName, number>> {
  const of = (name: CandidateName) => hundredths(spreadOf(rounds.map((round) => read(round[name]))).median);
  return { proxy: of('proxy'), haproxy: of('haproxy'), nginx: of('nginx') };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function percent(share = 0): string {
  return String(Math.round(share * 100));
}

function significant(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
