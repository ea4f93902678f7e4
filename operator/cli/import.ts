import { readFile } from 'node:fs/promises';
import { teamOneManifest } from '../import/manifest.ts';
import type { ImportChoices } from '../import/manifest.ts';
import { importTeamOne } from '../import/team-one.ts';
import { collect } from '../standalone/manifests/collect.ts';
import { parseDocuments } from '../standalone/manifests/documents.ts';
import { parseArguments, UsageError } from './arguments.ts';

export const IMPORT_HELP = `Usage: tproxy import --env FILE --hostname NAME [OPTIONS]

Prints the manifest of a TeamworkProxy that does what a TeamOne proxy server with this environment file does. What is not taken over is
told on standard error.

  --env FILE              lines of NAME=VALUE, with PROXY_ALLOWED_HOST_PATTERN and PROXY_OAUTH_ALLOWED_HOST_PATTERN
  --hostname NAME         public host name of the gateway
  --secret NAME           Secret with its certificate (default: NAME of the resource, and -certificate)
  --trusted-source RANGE  a load balancer ends TLS, and comes from this range (repeatable; then there is no Secret)
  --name NAME             name of the resource (default: teamone)

Exit code: 0; 1 if the file can't be taken over; 64 for a wrong command line.
`;

const OPTIONS = {
  env: { type: 'string' },
  hostname: { type: 'string' },
  secret: { type: 'string' },
  'trusted-source': { type: 'string', multiple: true },
  name: { type: 'string' },
} as const;

/** Prints the manifest that settings of another product become; gives the exit code. */
export async function importSettings(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(args, OPTIONS);
  if (positionals.length > 0) throw new UsageError(`${positionals[0]}: name the file with --env`);
  if (values.env === undefined) throw new UsageError('name the environment file with --env');
  if (values.hostname === undefined)
    throw new UsageError(
      'the file does not tell the host name that the add-on calls; give it with --hostname',
    );
  const { name = 'teamone', hostname, secret, 'trusted-source': trustedSources = [] } = values;
  if (secret !== undefined && trustedSources.length > 0)
    throw new UsageError('--secret and --trusted-source: either the proxy ends TLS or a load balancer does');
  const choices = {
    name,
    hostname,
    secret: trustedSources.length > 0 ? null : (secret ?? `${name}-certificate`),
    trustedSources,
  };
  return print(values.env, choices);
}

async function print(file: string, choices: ImportChoices): Promise<number> {
  const imported = importTeamOne(await contentOf(file));
  if (!imported.ok) {
    for (const error of imported.errors) process.stderr.write(`error: ${file}: ${error}\n`);
    return 1;
  }
  for (const remark of imported.remarks) process.stderr.write(`${file}: ${remark}\n`);
  const text = teamOneManifest(imported.settings, choices);
  const errors = errorsIn(text);
  for (const error of errors) process.stderr.write(`error: ${error}\n`);
  if (errors.length > 0) return 1;
  process.stdout.write(text);
  return 0;
}

/** What the command line has made wrong in a manifest; the file's part of it was checked before. */
function errorsIn(text: string): readonly string[] {
  const { errors } = collect(parseDocuments({ path: '', text }).documents);
  return errors.map(({ path, message }) => `${path}: ${message}`);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--env ${file}: ${(error as NodeJS.ErrnoException).message}`);
  }
}
