import { readdirSync, readFileSync } from 'node:fs';
import { run } from '../cluster/process/run.ts';

/** A process and everything below it. */
export function processTree(pid: number): readonly number[] {
  return [pid, ...children(pid).flatMap(processTree)];
}

/** The unit of CPU time in /proc, per second. */
export async function ticksPerSecond(): Promise<number> {
  return Number((await run('getconf', ['CLK_TCK'])).stdout);
}

/** User and system time of a process tree so far, in ticks. Processes that have ended do not count. */
export function cpuTicks(pid: number): number {
  return processTree(pid).reduce((sum, member) => sum + ticksOf(member), 0);
}

/** Resident memory of a process tree in KiB. What its processes share counts once for each of them. */
export function residentKiB(pid: number): number {
  return processTree(pid).reduce((sum, member) => {
    const status = readFileSync(`/proc/${member}/status`, 'utf8');
    return sum + Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  }, 0);
}

function children(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** Fields 14 and 15 of /proc/PID/stat; the second, the name, may hold blanks and parentheses. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
