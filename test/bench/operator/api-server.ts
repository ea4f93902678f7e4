import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:https';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { cpuTicks } from '../process-tree.ts';
import { samplesOf, sumBy } from './exposition.ts';

/** Kinds of objects that an operator for our resource writes; what it says about them in Events and its Lease are none. */
const WRITTEN = new Set([
  'configmaps',
  'deployments',
  'horizontalpodautoscalers',
  'networkpolicies',
  'poddisruptionbudgets',
  'secrets',
  'serviceaccounts',
  'services',
  'teamworkproxies',
]);

const WRITING = new Set(['APPLY', 'POST', 'PUT', 'PATCH', 'DELETE', 'DELETECOLLECTION']);

/** What the API server itself tells of its work. */
export interface ApiServerCounters {
  /** Requests about the kinds above, by `verb resource/subresource`, without watches. */
  requests(): Promise<Readonly<Record<string, number>>>;
  /** User and system time so far, in ticks. */
  cpuTicks(): number;
}

/** The counters of a control plane's API server, which runs on this host. */
export function watchApiServer(controlPlane: ControlPlane): ApiServerCounters {
  const pid = findApiServer(new URL(controlPlane.url).port);
  return {
    cpuTicks: () => cpuTicks(pid),
    async requests() {
      const samples = samplesOf(await page(controlPlane), 'apiserver_request_total');
      return sumBy(samples, ({ verb = '', resource = '', subresource = '' }) => {
        if (verb === 'WATCH' || !WRITTEN.has(resource)) return undefined;
        return `${verb} ${[resource, subresource].filter(Boolean).join('/')}`;
      });
    },
  };
}

/** Whether a key of `requests` is about a change that an operator makes; the controllers write the other subresources. */
export function isWrite(key: string): boolean {
  const [verb = '', what = ''] = key.split(' ');
  return WRITING.has(verb) && (!what.includes('/') || what === 'teamworkproxies/status');
}

function findApiServer(port: string): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      const args = commandLine(pid);
      return (args[0] ?? '').includes('kube-apiserver') && args.includes(`--secure-port=${port}`);
    });
  if (found === undefined) throw new Error(`no kube-apiserver on this host listens on port ${port}`);
  return Number(found);
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

async function page(controlPlane: ControlPlane): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = {
    ca: controlPlane.certificateAuthority,
    cert: controlPlane.clientCertificate,
    key: controlPlane.clientKey,
    agent: false as const,
  };
  const call = request(new URL('/metrics', controlPlane.url), options, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => (body += text));
    response.on('end', () => resolve(body));
    response.on('error', reject);
  });
  call.on('error', reject);
  call.end();
  return promise;
}
