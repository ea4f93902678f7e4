import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { lastLines } from './log.ts';

/** What a command wrote. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is closed afterwards; without it standard input is empty. */
  readonly input?: string;
  /** Path of a file that becomes standard input, instead of `input`. */
  readonly inputFile?: string;
  /** After this many milliseconds the command is killed and counts as failed. */
  readonly timeoutMs?: number;
}

/** A command that ended with something else than exit code 0. The message shows the command and the end of what it wrote. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number | null;
  readonly output: Output;

  constructor(commandLine: string, ending: Ending, output: Output) {
    const said = lastLines(output.stderr.trim() || output.stdout.trim(), 20);
    super(`"${commandLine}" ${describe(ending)}${said === '' ? '.' : `:\n${said}`}`);
    this.exitCode = ending.code;
    this.output = output;
  }
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Runs a command to its end and gives what it wrote.
 *
 * @throws {CommandError} if it does not end with exit code 0
 * @throws if it cannot be started, for example because it is not installed
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  const input = options.inputFile === undefined ? 'pipe' : openSync(options.inputFile, 'r');
  const child = spawn(command, args, {
    stdio: [input, 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined
      ? {}
      : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  if (typeof input === 'number') {
    closeSync(input);
  }
  // A command that ends without reading its input breaks the pipe; its exit code tells more than the EPIPE.
  child.stdin?.on('error', () => undefined).end(options.input ?? '');

  const ending = await new Promise<Ending>((resolve, reject) => {
    child.once('error', (cause) => reject(cannotStart(command, cause)));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  if (ending.code !== 0) {
    throw new CommandError([command, ...args].join(' '), ending, output);
  }
  return output;
}

/** The error for a command that could not even be started. */
export function cannotStart(command: string, cause: Error): Error {
  const missing = 'code' in cause && cause.code === 'ENOENT';
  return new Error(
    missing
      ? `"${command}" is not installed or not on the PATH.`
      : `"${command}" cannot be started: ${cause.message}`,
    { cause },
  );
}

function describe({ code, signal }: Ending): string {
  return signal === null ? `failed with exit code ${code}` : `was ended by ${signal}`;
}
