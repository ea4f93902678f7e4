import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bound } from '../../cluster/process/bound.ts';

const ROOT = new URL('../../../', import.meta.url);

/** A program of ours as a process of its own, with all that it prints. */
export class RunningProgram implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  #output = '';
  #read = 0;

  /** Starts a program of this repository. */
  constructor(program: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    const file = fileURLToPath(new URL(program, ROOT));
    const [command, ...words] = bound([process.execPath, file, ...args]);
    this.#child = spawn(command, words, {
      cwd: fileURLToPath(ROOT),
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    // `close` comes after the last output, also that of processes which inherited it.
    this.#ended = once(this.#child, 'close').then(([code]) => (code as number | null) ?? -1);
  }

  /** Everything printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until something is printed after what was waited for before; throws with the output when the program ends first. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const match = pattern.exec(this.#output.slice(this.#read));
      if (match !== null) {
        this.#read += match.index + match[0].length;
        return match;
      }
      const more = Promise.race([
        once(this.#child.stdout ?? this.#child, 'data'),
        once(this.#child.stderr ?? this.#child, 'data'),
      ]);
      const ended = await Promise.race([more.then(() => false), this.#ended.then(() => true)]);
      if (ended && pattern.exec(this.#output.slice(this.#read)) === null)
        throw new Error(`ended without printing ${pattern}:\n${this.#output}`);
    }
  }

  /** Process id of its only child. */
  childPid(): number {
    return Number(execFileSync('pgrep', ['-P', String(this.#child.pid)], { encoding: 'utf8' }));
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the end; gives the exit code. */
  async ended(): Promise<number> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
