import { setTimeout as delay } from 'node:timers/promises';
import type { Daemon } from './daemon.ts';
import { logExcerpt } from './log.ts';

/** Says why something is not ready yet, or nothing if it is. An exception counts as a reason too. */
export type ReadyCheck = () => Promise<string | undefined>;

export interface ReadyOptions {
  /** What is awaited, as the subject of a sentence. */
  readonly what: string;
  readonly check: ReadyCheck;
  readonly timeoutMs: number;
  /** The processes it depends on: if one ends, waiting is pointless. The first is the one whose log is shown on a timeout. */
  readonly daemons?: readonly Daemon[];
}

const pollMs = 100;

/**
 * Resolves as soon as the check gives no reason any more.
 *
 * @throws if a daemon ends or the time is over; the message has the last reason, the end of the log and its path
 */
export async function untilReady({ what, check, timeoutMs, daemons = [] }: ReadyOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs;

  for (;;) {
    const reason = await check().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (reason === undefined) {
      return;
    }

    const dead = daemons.find((daemon) => daemon.ending() !== undefined);
    if (dead !== undefined) {
      throw new Error(`${what} cannot get ready: ${dead.name} ${dead.ending()}. ${logExcerpt(dead.log)}`);
    }
    if (performance.now() > deadline) {
      const log = daemons[0] === undefined ? '' : ` ${logExcerpt(daemons[0].log)}`;
      throw new Error(`${what} is not ready after ${Math.round(timeoutMs / 1000)} s: ${reason}.${log}`);
    }
    await delay(pollMs);
  }
}
