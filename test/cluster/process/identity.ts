import { readFileSync } from 'node:fs';

/** A process in a form that survives the reuse of its pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since the machine was booted. */
  readonly started: string;
}

/** The identity of a running process, or nothing if there is none (a zombie is none either). */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }

  // The second field is the command in parentheses and may itself contain spaces and parentheses: count from behind the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const started = fields[19];
  return started === undefined || state === 'Z' ? undefined : { pid, started };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}
