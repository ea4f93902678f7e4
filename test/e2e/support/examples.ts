import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import { projectFolder } from '../../cluster/paths.ts';
import { hosts } from './layout.ts';
import type { KubeObject } from './kube.ts';

/** A TeamworkProxy to be applied. */
export interface ProxyManifest extends KubeObject {
  readonly spec: ProxySpecManifest;
}

export type ProxySpecManifest = Readonly<Record<string, unknown>>;

const folder = join(projectFolder, 'examples');

/** Addresses of the names in the examples, which the cluster's DNS does not know. */
const addresses: Readonly<Record<string, string>> = {
  'twc-0.internal.example.com': hosts.nodes[0].address,
  'twc-1.internal.example.com': hosts.nodes[1].address,
  'license.internal.example.com': hosts.license.address,
};

/** Names of the example files. */
export function exampleNames(): readonly string[] {
  return globSync('*.yaml', { cwd: folder })
    .map((path) => basename(path))
    .toSorted();
}

/** Path of an example. */
export function examplePath(name: string): string {
  return join(folder, name);
}

/** An example as users start from it, but with the servers' addresses in place of their names. */
export function readExample(name: string): ProxyManifest {
  let text = readFileSync(examplePath(name), 'utf8');
  for (const [host, address] of Object.entries(addresses)) text = text.replaceAll(host, address);
  return load(text) as ProxyManifest;
}
