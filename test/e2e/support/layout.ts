import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFolder } from '../../cluster/paths.ts';

/** Folder of the Java sources. */
export const javaSources = fileURLToPath(new URL('../java', import.meta.url));

/** Everything that a run makes: keys, keystores, Tomcat's folders, logs. Made anew by each run. */
export const workFolder = join(projectFolder, 'build/e2e');

/** A file or folder that a run makes. */
export function workPath(...parts: readonly string[]): string {
  return join(workFolder, ...parts);
}

/** Namespace of the operator. */
export const operatorNamespace = 'teamwork-proxy-system';

/** Label of the Kubernetes namespaces that the tests make. */
export const testLabel = 'teamworkproxy.io/e2e';

/** Name under which everything is reached, and for which the servers' certificates are issued. */
export const hostname = 'twc.example.com';

/** The machines beside the cluster. */
export const hosts = {
  /** The Teamwork Cloud nodes. */
  nodes: [
    { name: 'twc-0', address: '172.30.0.21' },
    { name: 'twc-1', address: '172.30.0.22' },
  ],
  license: { name: 'license', address: '172.30.0.25' },
  /** Pages and an echo for clients in large numbers. Made by the test that needs it. */
  load: { name: 'load', address: '172.30.0.26' },
  /** The repository that Argo CD reads. Made by the test that needs it. */
  git: { name: 'git', address: '172.30.0.27' },
  /** A TM1 server, and pages of another site. Made by the test that needs it. */
  tm1: { name: 'tm1', address: '172.30.0.28' },
  /** Comes and goes. Made by the test that needs it. */
  passerBy: { name: 'passer-by', address: '172.30.0.29' },
  client: { name: 'client', address: '172.30.0.30' },
} as const;

/** More addresses of the client machine, so that one machine can be several clients. */
export const clientAddresses = [31, 32, 33, 34, 35, 36, 37, 38].map((last) => `172.30.0.${last}`);

/** Ports of the servers, as a Teamwork Cloud is shipped. */
export const ports = { webapp: 8443, rest: 8111, client: 10_002, license: 1101 } as const;
