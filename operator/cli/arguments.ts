import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** A mistake in the command line; the message says which, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Values of options, and the files and folders behind them. */
export type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O }>
>;

/** Parses the arguments of a verb strictly. */
export function parseArguments<O extends Options>(args: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS') === true) throw new UsageError(message.split('. ')[0] ?? message);
    throw error;
  }
}

/** Splits `NAME=VALUE`. */
export function nameAndValue(option: string, text: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(
      `--${option} ${text}: is not of the form NAME=${option === 'host' ? 'ADDRESS' : 'FOLDER'}`,
    );
  return [name, value];
}

/** The files and folders to read; at least one must be given. */
export function manifestPaths(positionals: readonly string[]): readonly string[] {
  if (positionals.length === 0) throw new UsageError('name at least one manifest, or a folder of them');
  return positionals;
}
