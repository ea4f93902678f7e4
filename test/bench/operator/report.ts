import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../cluster/paths.ts';
import { describeHost } from '../record.ts';
import { total } from './exposition.ts';
import type { Result } from './types.ts';

const PAGE = join(projectFolder, 'docs/benchmarks-operator.md');
const BEGIN = '<!-- recorded: make bench-operator with BENCH_RECORD=1 writes from here -->';
const END = '<!-- to here -->';

interface Row {
  readonly what: string;
  readonly aim?: string;
  readonly of: (result: Result) => string;
}

const ROWS: readonly Row[] = [
  {
    what: 'One resource: `apply` to its last object, median',
    aim: '150 ms',
    of: ({ one }) => ms(one.median),
  },
  { what: 'the same, 99th percentile', of: ({ one }) => ms(one.p99) },
  {
    what: 'Many from nothing: all their objects',
    aim: '180 s for 1,000',
    of: ({ created }) => seconds(created.ms / 1000),
  },
  { what: "the operator's CPU in that time", of: ({ created }) => seconds(created.operatorCpu) },
  { what: "the API server's CPU in that time", of: ({ created }) => seconds(created.apiServerCpu) },
  {
    what: 'the first as a share of the second',
    aim: '1/3',
    of: ({ created }) => (created.operatorCpu / created.apiServerCpu).toFixed(2),
  },
  { what: 'Memory (RSS), most', of: ({ memory }) => mib(memory.peak) },
  { what: 'Memory (RSS), at rest', aim: '250 MiB', of: ({ memory }) => mib(memory.atRest) },
  {
    what: 'One change among them: in what pods mount, median',
    aim: '300 ms',
    of: ({ change }) => ms(change.median),
  },
  { what: 'the same, 99th percentile', of: ({ change }) => ms(change.p99) },
  {
    what: 'Restart: writes, by the API server',
    aim: '0',
    of: ({ resync }) => String(resync.writesByApiServer),
  },
  {
    what: 'Restart: writes, by its own count',
    aim: '0',
    of: ({ resync }) => String(resync.writesByOperator),
  },
  { what: 'Restart: until all were looked at', of: ({ resync }) => seconds(resync.ms / 1000) },
  {
    what: 'At rest, a minute: requests beside watches',
    aim: 'its Lease',
    of: ({ steady }) => `${total(steady.requests)} (${methods(steady.requests)})`,
  },
  {
    what: 'At rest: CPU, of one core',
    of: ({ steady }) => `${((100 * steady.operatorCpu) / steady.seconds).toFixed(1)} %`,
  },
];

/** Writes build/reports/bench-operator.json. */
export async function writeReport(results: readonly Result[]): Promise<void> {
  const folder = join(projectFolder, 'build/reports');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bench-operator.json'), `${JSON.stringify(results, null, 2)}\n`);
}

/** What was measured, where, and how busy that host was. */
export function describe(results: readonly Result[]): string {
  const versions = Object.fromEntries(results.map(({ name, version }) => [name, version]));
  const resources = results[0]?.created.resources ?? 0;
  const load = loadavg()[1]?.toFixed(0);
  return [
    `${describeHost(versions)}  `,
    `${resources} resources with 3 flows each; load of the host at the end: ${load}`,
    '',
    `| | aim | ${results.map(({ name }) => name).join(' | ')} |`,
    `| --- | ---: |${results.map(() => ' ---: |').join('')}`,
    ...ROWS.map(({ what, aim = '', of }) => `| ${what} | ${aim} | ${results.map(of).join(' | ')} |`),
  ].join('\n');
}

/** Puts what was measured in place of what docs/benchmarks-operator.md has recorded. */
export async function record(section: string): Promise<void> {
  const text = await readFile(PAGE, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${PAGE} needs the lines "${BEGIN}" and "${END}"`);
  await writeFile(PAGE, `${text.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${text.slice(end)}`);
}

function methods(requests: Readonly<Record<string, number>>): string {
  return Object.entries(requests)
    .map(([method, count]) => `${count} ${method}`)
    .join(', ');
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function mib(value: number): string {
  return `${Math.round(value)} MiB`;
}
