import { isIP } from 'node:net';
import type { HostAddresses } from '../standalone/hosts.ts';
import type { ManifestSources } from '../standalone/manifests/load.ts';
import { manifestPaths, nameAndValue, UsageError } from './arguments.ts';

/** Options of every verb that reads manifests. */
export const sourceOptions = { secret: { type: 'string', multiple: true } } as const;

export const SOURCE_HELP = `  FILE or FOLDER       manifests (.yaml, .yml, .json) with TeamworkProxy and Secret documents
  --secret NAME=FOLDER take the files of a folder as a Secret: a key for each file (repeatable)`;

/** Where the manifests of a command line are. */
export function manifestSources(
  positionals: readonly string[],
  secrets: readonly string[] = [],
): ManifestSources {
  return {
    paths: manifestPaths(positionals),
    secretFolders: new Map(secrets.map((text) => nameAndValue('secret', text))),
  };
}

/** The addresses that were given to host names. */
export function hostAddresses(texts: readonly string[] = []): HostAddresses {
  const hosts = new Map<string, readonly string[]>();
  for (const text of texts) {
    const [name, address] = nameAndValue('host', text);
    if (isIP(address) === 0) throw new UsageError(`--host ${text}: ${address} is not an IP address`);
    hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
  return hosts;
}
