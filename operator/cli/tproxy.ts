#!/usr/bin/env node
import { UsageError } from './arguments.ts';
import { check, CHECK_HELP } from './check.ts';
import { IMPORT_HELP, importSettings } from './import.ts';
import { render, RENDER_HELP } from './render.ts';
import { run, RUN_HELP } from './run.ts';

interface Verb {
  readonly summary: string;
  readonly help: string;
  /** Gives the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['run', { summary: 'serve TeamworkProxy manifests on this host', help: RUN_HELP, run }],
  ['render', { summary: 'print what manifests become', help: RENDER_HELP, run: render }],
  ['check', { summary: 'tell what is wrong with manifests', help: CHECK_HELP, run: check }],
  [
    'import',
    {
      summary: 'print the manifest that settings of another product become',
      help: IMPORT_HELP,
      run: importSettings,
    },
  ],
]);

const HELP = `Usage: tproxy VERB [OPTIONS] [FILE|FOLDER...]

${[...VERBS].map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`).join('\n')}

tproxy VERB --help tells more.
`;

/** Exit code of a command line that is not understood (sysexits.h EX_USAGE). */
const EX_USAGE = 64;

// Whoever reads the output may be gone, as `head` or a closed terminal is; that is no reason to stop serving.
for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreMissingReader);

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return name === undefined ? EX_USAGE : 0;
  }
  const verb = VERBS.get(name);
  if (verb === undefined)
    return usageError(`${name}: there is no such verb; there are ${[...VERBS.keys()].join(', ')}`);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(verb.help);
    return 0;
  }
  try {
    return await verb.run(args);
  } catch (error) {
    if (error instanceof UsageError)
      return usageError(`${name}: ${error.message}; see tproxy ${name} --help`);
    throw error;
  }
}

function usageError(message: string): number {
  process.stderr.write(`tproxy: ${message}\n`);
  return EX_USAGE;
}

function ignoreMissingReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}
