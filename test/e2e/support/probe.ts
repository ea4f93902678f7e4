import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnIn } from '../../cluster/network/exec.ts';
import type { ProbeReport } from './certificate-probe.ts';
import { clientNamespace } from './client.ts';
import { hostname } from './layout.ts';

const program = fileURLToPath(new URL('certificate-probe.ts', import.meta.url));

/**
 * Starts to connect to a flow again and again, without a pause, until it shows the certificate with that fingerprint.
 *
 * @returns once it is running; the report comes when the certificate was seen, or after the timeout
 */
export async function startProbe(
  address: string,
  fingerprint: string,
  timeoutMs: number,
): Promise<{ readonly report: Promise<ProbeReport> }> {
  const args = [program, address, hostname, fingerprint, String(timeoutMs)];
  const child = spawnIn(clientNamespace, [process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the probe was started without a pipe');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  await next();
  return { report: next().then((line) => JSON.parse(line) as ProbeReport) };
}
