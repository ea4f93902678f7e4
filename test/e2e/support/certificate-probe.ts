/**
 * Runs in the client machine's network namespace. Connects again and again until the flow shows the wanted certificate, and prints what it
 * saw as one line of JSON. Arguments: address, host name, fingerprint (64 lower-case hex digits), timeout in milliseconds.
 */
import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';

/** What the probe prints. */
export interface ProbeReport {
  /** When the wanted certificate was first seen, in milliseconds since the epoch; null if it never was. */
  readonly seenAt: number | null;
  readonly handshakes: number;
  /** Why handshakes failed. */
  readonly failures: readonly string[];
}

const [address = '', servername = '', wanted = '', timeoutMs = ''] = process.argv.slice(2);

async function fingerprint(): Promise<string> {
  const socket = connect({
    host: address,
    port: 443,
    servername,
    rejectUnauthorized: false,
    timeout: 30_000,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('timeout', () => reject(new Error('no answer for 30 s')));
    });
    return socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
  } finally {
    socket.destroy();
  }
}

const deadline = Date.now() + Number(timeoutMs);
const failures: string[] = [];
let handshakes = 0;
let seenAt: number | null = null;
process.stdout.write('probing\n');
while (seenAt === null && Date.now() < deadline) {
  try {
    const seen = await fingerprint();
    handshakes += 1;
    if (seen === wanted) seenAt = Date.now();
  } catch (error) {
    failures.push(String(error));
  }
  await delay(5);
}
process.stdout.write(`${JSON.stringify({ seenAt, handshakes, failures } satisfies ProbeReport)}\n`);
