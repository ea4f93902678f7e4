import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** How the proxy is run. */
export interface ProxyCommand {
  /** Arguments of node: the proxy's program and its options. */
  readonly args: readonly string[];
  /** Where the proxy's own log goes. */
  readonly output: 'inherit' | number;
}

/** How a process ended. */
export interface Ended {
  /** Exit code, or 128 and the number of the signal, as a shell has it. */
  readonly code: number;
  /** In words. */
  readonly message: string;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A process that has lived for so long did not crash because of how it was started. */
const STEADY_MS = 60_000;

/** How long to wait before a crashed process is started again: twice as long each time, from the beginning after a steady life. */
export function restartDelay(previousMs: number | null, livedMs: number): number {
  if (previousMs === null || livedMs >= STEADY_MS) return FIRST_DELAY_MS;
  return Math.min(previousMs * 2, LONGEST_DELAY_MS);
}

/** The proxy as a child process that is started again when it ends without being asked to. */
export class ProxyProcess {
  /** How it ended the last time without being asked to; null if it never did. */
  crash: Ended | null = null;
  readonly #command: ProxyCommand;
  readonly #onCrash: (ended: Ended, delayMs: number) => void;
  readonly #stopped = Promise.withResolvers<number>();
  #child: ChildProcess;
  #stopping = false;
  #delayMs: number | null = null;
  #restart: NodeJS.Timeout | undefined;

  constructor(command: ProxyCommand, onCrash: (ended: Ended, delayMs: number) => void) {
    this.#command = command;
    this.#onCrash = onCrash;
    this.#child = this.#start();
  }

  /** Passes a signal on and waits for the end; gives the exit code. It is not started again. */
  async stop(signal: NodeJS.Signals): Promise<number> {
    this.#stopping = true;
    if (this.#restart === undefined) this.#child.kill(signal);
    else {
      clearTimeout(this.#restart);
      this.#stopped.resolve(this.crash?.code ?? 0);
    }
    return this.#stopped.promise;
  }

  #start(): ChildProcess {
    this.#restart = undefined;
    const stdio: StdioOptions = ['ignore', this.#command.output, this.#command.output];
    // In a process group of its own: Ctrl-C in a terminal goes to the whole group, and the proxy would be told twice.
    const child = spawn(process.execPath, [...this.#command.args], { stdio, detached: true });
    const startedAt = performance.now();
    // Should this process end without having stopped it, nobody else would.
    const kill = (): void => void child.kill('SIGKILL');
    process.on('exit', kill);
    void waitForEnd(child).then((ended) => {
      process.off('exit', kill);
      this.#ended(ended, performance.now() - startedAt);
    });
    return child;
  }

  #ended(ended: Ended, livedMs: number): void {
    if (this.#stopping) {
      this.#stopped.resolve(ended.code);
      return;
    }
    this.crash = ended;
    this.#delayMs = restartDelay(this.#delayMs, livedMs);
    this.#onCrash(ended, this.#delayMs);
    this.#restart = setTimeout(() => {
      this.#child = this.#start();
    }, this.#delayMs);
  }
}

async function waitForEnd(child: ChildProcess): Promise<Ended> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal !== null) return { code: 128 + constants.signals[signal], message: `was ended by ${signal}` };
    return { code: code ?? 1, message: `ended with code ${code}` };
  } catch (error) {
    return { code: 1, message: `could not be started: ${(error as Error).message}` };
  }
}
