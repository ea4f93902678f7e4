import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawnIn } from '../../cluster/network/exec.ts';
import { clientNamespace } from './client.ts';
import { javaProgram } from './java.ts';
import { hostname } from './layout.ts';

/** What a client trusts: a keystore file as the operator publishes it. */
export interface Truststore {
  readonly path: string;
  readonly type: 'JKS' | 'PKCS12';
  readonly password: string;
}

/** A connected Java client; its connection lives until `close`. */
export interface ModelingClient {
  /** Version of TLS, as Java names it. */
  readonly protocol: string;
  /** SHA-256 fingerprint of the certificate it was shown, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** Sends random bytes and expects the same ones back; rejects if the connection is lost or the bytes differ. */
  echo(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects a Java client, on the client machine, to the flow at `address` and port 443. It trusts the given keystore alone.
 *
 * @throws with what Java says, if it does not get a connection that it trusts
 */
export async function connectModelingClient(
  address: string,
  truststore: Truststore,
): Promise<ModelingClient> {
  const { path, type, password } = truststore;
  const command = javaProgram('ModelingClient', address, '443', hostname, path, type, password);
  const child = spawnIn(clientNamespace, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the client was started without pipes');
  // It may end before it has read everything; what it says tells more than a broken pipe.
  stdin.on('error', () => undefined);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const expectLine = async (word: string): Promise<readonly string[]> => {
    const { value } = (await lines.next()) as { value?: string };
    const [first, ...rest] = (value ?? 'ended without a word').split(' ');
    if (first !== word) throw new Error(`the client at ${address}: ${value ?? 'ended without a word'}`);
    return rest;
  };

  const [protocol = '', fingerprint = ''] = await expectLine('connected');
  return {
    protocol,
    fingerprint,
    async echo(bytes) {
      stdin.write(`${bytes}\n`);
      await expectLine('echoed');
    },
    async close() {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      stdin.end();
      await exit;
    },
  };
}
