import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../cluster/process/run.ts';

/** The unit of CPU time in /proc, per second. */
export async function ticksPerSecond(): Promise<number> {
  return Number((await run('getconf', ['CLK_TCK'])).stdout);
}

/** User and system time of a process and everything below it so far, in ticks. Processes that have ended do not count. */
export function cpuTicks(pid: number): number {
  return processTree(pid).reduce((sum, { ticks }) => sum + ticks, 0);
}

/**
 * Resident memory of a process and everything below it in KiB. Files such as the program itself, which the processes share, count once:
 * as often as in the process that has most of them.
 */
export function residentKiB(pid: number): number {
  const members = processTree(pid).map((member) => memoryOf(member.pid));
  const own = members.reduce((sum, { anonymous }) => sum + anonymous, 0);
  return own + Math.max(...members.map(({ shared }) => shared));
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** The kernel's lists of children may leave some out, so every process is asked for its parent. */
function processTree(root: number): readonly Process[] {
  const all = readdirSync('/proc').filter(isNumber).flatMap(readProcess);
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) {
    tree.push(...all.filter(({ parent }) => parent === pid));
  }
  return tree;
}

/** None when it has ended meanwhile. */
function readProcess(pid: string): readonly Process[] {
  try {
    // The second field, the name, may hold blanks and parentheses (proc(5)); ours begin with the third.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}

function memoryOf(pid: number): { readonly anonymous: number; readonly shared: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { anonymous: read('RssAnon'), shared: read('RssFile') + read('RssShmem') };
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

/** The most memory that a process ever had resident, in KiB. */
export function peakResidentKiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
