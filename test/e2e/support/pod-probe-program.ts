/**
 * Runs on the client machine, from which pods can be reached one by one. The argument is a {@link ProbeTarget} as JSON. Reads what is wanted
 * from standard input, a {@link Wanted} a line, asks every pod again and again on new connections until it has that, and prints when the
 * last of them had, in milliseconds since the epoch.
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';

/** The pods of a flow that ends TLS. */
export interface ProbeTarget {
  readonly pods: readonly string[];
  /** Port that the flow has in the pods. */
  readonly port: number;
  readonly hostname: string;
}

/** What every pod is to show: a path that it answers with 200, or the SHA-256 fingerprint of its certificate. */
export type Wanted = { readonly path: string } | { readonly fingerprint: string };

const PAUSE_MS = 5;

const target = JSON.parse(process.argv[2] ?? '') as ProbeTarget;

/** What one pod shows on a new connection: the status line for a path, or the fingerprint. */
async function ask(host: string, wanted: Wanted): Promise<string> {
  const socket = connect({ host, port: target.port, servername: target.hostname, rejectUnauthorized: false });
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.setTimeout(10_000, () => reject(new Error('no answer for 10 s')));
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        if ('fingerprint' in wanted) {
          resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
          return;
        }
        socket.write(`GET ${wanted.path} HTTP/1.1\r\nHost: ${target.hostname}\r\nConnection: close\r\n\r\n`);
        socket.once('data', (data) => resolve(data.toString('latin1', 0, 12)));
      });
    });
  } finally {
    socket.destroy();
  }
}

async function whenShown(host: string, wanted: Wanted): Promise<number> {
  const expected = 'fingerprint' in wanted ? wanted.fingerprint : 'HTTP/1.1 200';
  while ((await ask(host, wanted)) !== expected) await delay(PAUSE_MS);
  return Date.now();
}

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const wanted = JSON.parse(line) as Wanted;
  const times = await Promise.all(target.pods.map((pod) => whenShown(pod, wanted)));
  process.stdout.write(`${Math.max(...times)}\n`);
}
