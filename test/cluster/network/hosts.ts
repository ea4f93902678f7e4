import { endProcesses, findProcessesIn } from '../cleanup/processes.ts';
import { nodes, prefix, serviceCidr } from './addresses.ts';
import {
  connectNamespace,
  createNamespace,
  deleteNamespace,
  disconnectNamespace,
  ipIn,
  listNamespaces,
} from './namespace.ts';

/** A machine beside the cluster, for clients and backends: a network namespace of its own on the cluster's bridge. */
export interface Host {
  readonly name: string;
  /** For `execIn` and `spawnIn`. */
  readonly namespace: string;
  readonly address: string;
}

/** A network interface's name has 15 characters at most, and a host's port on the bridge is named like its namespace. */
const maxNameLength = 15 - prefix.length;

/**
 * Makes a host. It reaches nodes, pods, Services and LoadBalancer addresses with its own source address, and pods reach it.
 *
 * @param name lower-case letters, digits and hyphens, at most 11 characters
 * @param address one of 172.30.0.20 to 172.30.0.99 that no other host has
 * @throws if there is no cluster, or a host of that name is there already
 */
export async function addHost(name: string, address: string): Promise<Host> {
  if (!/^[a-z0-9-]+$/.test(name) || name.length > maxNameLength) {
    throw new Error(
      `"${name}" is no name for a host: use a-z, 0-9 and "-", at most ${maxNameLength} characters.`,
    );
  }
  const last = /^172\.30\.0\.(\d+)$/.exec(address)?.[1];
  if (last === undefined || Number(last) < 20 || Number(last) > 99) {
    throw new Error(`"${address}" is no address for a host: use one of 172.30.0.20 to 172.30.0.99.`);
  }

  const namespace = `${prefix}${name}`;
  await createNamespace(namespace);
  try {
    await connectNamespace(namespace, address);
    await addRoutes(namespace);
  } catch (error) {
    await removeHost(name);
    throw error;
  }
  return { name, namespace, address };
}

/**
 * Removes a host of that name, if there is one, and ends what runs in it.
 *
 * @throws if a process in it cannot be ended
 */
export async function removeHost(name: string): Promise<void> {
  const namespace = `${prefix}${name}`;
  if (!listNamespaces().includes(namespace)) {
    return;
  }
  await endProcesses(namespace, () => findProcessesIn(namespace));
  await disconnectNamespace(namespace);
  await deleteNamespace(namespace);
}

/** Routes to the pods by way of their node, and to Service addresses by way of the first node. */
export async function addRoutes(namespace: string): Promise<void> {
  for (const { podCidr, address } of nodes) {
    await ipIn(namespace, `route add ${podCidr} via ${address}`);
  }
  await ipIn(namespace, `route add ${serviceCidr} via ${nodes[0].address}`);
}
