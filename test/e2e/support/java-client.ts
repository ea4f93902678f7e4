import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { spawnIn } from '../../cluster/network/exec.ts';
import type { Command } from '../../cluster/process/bound.ts';
import { clientNamespace } from './client.ts';
import { javaProgram } from './java.ts';
import { hostname, workPath } from './layout.ts';

/** What a client trusts: a keystore file as the operator publishes it. */
export interface Truststore {
  readonly path: string;
  readonly type: 'JKS' | 'PKCS12';
  readonly password: string;
}

/** A Java client with one connection, which lives until `close`. */
export interface JavaClient {
  /** Sends random bytes and expects the same ones back; rejects if the connection is lost or the bytes differ. */
  echo(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Clients that are connected, so that they can be let go whatever became of the test. */
const connected = new Set<JavaClient>();

/** Closes every client that is still connected. */
export async function closeClients(): Promise<void> {
  await Promise.all([...connected].map((client) => client.close()));
}

/** A client of the modelling flow. */
export interface ModelingClient extends JavaClient {
  /** SHA-256 fingerprint of the certificate it was shown, 64 lower-case hex digits. */
  readonly fingerprint: string;
}

/**
 * Connects a Java client with TLS, on the client machine, to the flow at `address` and port 443. It trusts the given keystore alone.
 *
 * @throws with what Java says, if it does not get a connection that it trusts
 */
export async function connectModelingClient(
  address: string,
  truststore: Truststore,
): Promise<ModelingClient> {
  const { path, type, password } = truststore;
  const command = javaProgram('ModelingClient', address, '443', hostname, path, type, password);
  const { client, greeting } = await connect(command);
  const [, fingerprint = ''] = greeting;
  return { ...client, fingerprint };
}

/**
 * Connects a WebSocket, on the client machine, to the flow at `address` and port 443. It trusts the given keystore alone.
 *
 * @throws with what Java says, if it does not get a connection that it trusts
 */
export async function connectWebSocket(address: string, truststore: Truststore): Promise<JavaClient> {
  const { path, type, password } = truststore;
  mkdirSync(workPath('hosts'), { recursive: true });
  const hostsFile = workPath('hosts', address);
  writeFileSync(hostsFile, `${address} ${hostname}\n`);
  const program = javaProgram('WebSocketClient', `wss://${hostname}/webapp/socket`, path, type, password);
  const [java, ...args] = program;
  const { client } = await connect([java, `-Djdk.net.hosts.file=${hostsFile}`, ...args]);
  return client;
}

/** Starts a program that prints "connected" with more words, and then "echoed" for each number that it is sent. */
async function connect(
  command: Command,
): Promise<{ readonly client: JavaClient; readonly greeting: readonly string[] }> {
  const child = spawnIn(clientNamespace, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('the client was started without pipes');
  // It may end before it has read everything; what it says tells more than a broken pipe.
  stdin.on('error', () => undefined);
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const expectLine = async (word: string): Promise<readonly string[]> => {
    const { value = 'lost without a word' } = (await lines.next()) as { value?: string };
    const [first, ...rest] = value.split(' ');
    if (first !== word) throw new Error(`the client: ${value}`);
    return rest;
  };

  const greeting = await expectLine('connected');
  const client: JavaClient = {
    async echo(bytes) {
      stdin.write(`${bytes}\n`);
      await expectLine('echoed');
    },
    async close() {
      connected.delete(client);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      stdin.end();
      await exit;
    },
  };
  connected.add(client);
  return { client, greeting };
}
