import { mkdirSync, openSync } from 'node:fs';
import { execIn, spawnIn } from '../../cluster/network/exec.ts';
import type { Command } from '../../cluster/process/bound.ts';
import { addHost, removeHost } from '../../cluster/network/hosts.ts';
import type { Host } from '../../cluster/network/hosts.ts';
import { ipIn } from '../../cluster/network/namespace.ts';
import { logExcerpt } from '../../cluster/process/log.ts';
import { untilReady } from '../../cluster/process/ready.ts';
import { javaProgram } from './java.ts';
import { keystorePassword } from './keytool.ts';
import type { Keystore } from './keytool.ts';
import { clientAddresses, hosts, ports, workPath } from './layout.ts';
import { prepareTomcat } from './tomcat.ts';

const startTimeoutMs = 60_000;

/** One server program, on one of the hosts. */
interface Server {
  readonly name: string;
  readonly host: Host;
  readonly command: Command;
  readonly ports: readonly number[];
}

/**
 * Makes the hosts beside the cluster and starts on them what a Teamwork Cloud consists of: on each node a Tomcat with the web applications
 * and REST, and the client port; elsewhere the licence server. Resolves when all of them listen. They end with this process.
 *
 * @throws if one does not get ready, with the end of its log
 */
export async function startBackends(keystore: Keystore): Promise<void> {
  await removeHosts();
  const client = await addHost(hosts.client.name, hosts.client.address);
  for (const address of clientAddresses) {
    await ipIn(client.namespace, `address add ${address}/24 dev eth0`);
  }

  const license = await addHost(hosts.license.name, hosts.license.address);
  const servers: Server[] = [echoServer('license', license, ports.license)];
  for (const { name, address } of hosts.nodes) {
    const host = await addHost(name, address);
    const tomcat = [ports.webapp, ports.rest];
    servers.push(
      { name: `tomcat-${name}`, host, command: prepareTomcat(name, keystore), ports: tomcat },
      echoServer(`client-${name}`, host, ports.client, keystore),
    );
  }
  await Promise.all(servers.map(start));
}

/** Removes the hosts and what runs on them. */
export async function removeHosts(): Promise<void> {
  const { nodes, license, load, git, tm1, client } = hosts;
  for (const { name } of [...nodes, license, load, git, tm1, client]) {
    await removeHost(name);
  }
}

function echoServer(name: string, host: Host, port: number, keystore?: Keystore): Server {
  const tls = keystore === undefined ? [] : [keystore.path, keystorePassword];
  const command = javaProgram('EchoServer', host.address, String(port), ...tls);
  return { name, host, command, ports: [port] };
}

async function start({ name, host, command, ports }: Server): Promise<void> {
  mkdirSync(workPath('logs'), { recursive: true });
  const logFile = workPath('logs', `${name}.log`);
  const log = openSync(logFile, 'w');
  const child = spawnIn(host.namespace, command, { stdio: ['ignore', log, log] });
  child.unref();
  const check = async () => {
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
    for (const port of ports) {
      await execIn(host.namespace, ['bash', '-c', `exec 3<>/dev/tcp/${host.address}/${port}`]);
    }
    return undefined;
  };
  await untilReady({ what: name, check, timeoutMs: startTimeoutMs }).catch((cause: unknown) => {
    throw new Error(`${name} does not get ready. ${logExcerpt(logFile)}`, { cause });
  });
}
