import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run.ts';
import { controlPlane, prefix } from './addresses.ts';

/** Where iproute2 keeps named network namespaces. */
const namespaceFolder = '/run/netns';
const bridge = `${prefix}bridge`;

/** The path that stands for a network namespace. */
export function namespacePath(namespace: string): string {
  return join(namespaceFolder, namespace);
}

/** The inode that the kernel knows a network namespace by; nothing if there is none of that name. */
export function namespaceInode(namespace: string): number | undefined {
  return statSync(namespacePath(namespace), { throwIfNoEntry: false })?.ino;
}

/** The names of the cluster's network namespaces. */
export function listNamespaces(): string[] {
  try {
    return readdirSync(namespaceFolder).filter((name) => name.startsWith(prefix));
  } catch {
    // The folder is made with the first namespace after the host was booted.
    return [];
  }
}

/** Makes a network namespace in which nothing but loopback is there and up. */
export async function createNamespace(namespace: string): Promise<void> {
  await run('ip', ['netns', 'add', namespace]);
  await ipIn(namespace, 'link set lo up');
}

/** Removes the name of a network namespace; the namespace itself goes with its last process. */
export async function deleteNamespace(namespace: string): Promise<void> {
  await run('ip', ['netns', 'delete', namespace]);
}

/** Runs an iproute2 command, written as on the command line, inside a network namespace. */
export async function ipIn(namespace: string, command: string): Promise<void> {
  await run('ip', ['-netns', namespace, ...command.split(' ')]);
}

/** Makes the bridge in the control plane's namespace and gives it the control plane's address. */
export async function createBridge(): Promise<void> {
  // Without an address of its own a bridge has the lowest of its ports: another one, whenever machines come and go, of which neighbours don't hear.
  const own = hardwareAddress(controlPlane.address);
  await ipIn(controlPlane.name, `link add ${bridge} address ${own} type bridge`);
  await ipIn(controlPlane.name, `address add ${controlPlane.address}/24 dev ${bridge}`);
  await ipIn(controlPlane.name, `link set ${bridge} up`);
}

/**
 * Connects a namespace to the bridge: `eth0` with that address there, a port named like the namespace on the bridge.
 */
export async function connectNamespace(namespace: string, address: string): Promise<void> {
  const peer = `peer name eth0 address ${hardwareAddress(address)} netns ${namespace}`;
  await ipIn(controlPlane.name, `link add ${namespace} type veth ${peer}`);
  await ipIn(controlPlane.name, `link set ${namespace} master ${bridge} up`);
  await ipIn(namespace, `address add ${address}/24 dev eth0`);
  await ipIn(namespace, 'link set eth0 up');
}

/**
 * Takes a namespace off the bridge, if it is on it. Without that its port would stay until the kernel has found the time to dispose
 * of the namespace, and be in the way of a new one with the same name.
 */
export async function disconnectNamespace(namespace: string): Promise<void> {
  const { stdout } = await run('ip', ['-netns', controlPlane.name, '-json', 'link', 'show', 'type', 'veth']);
  const ports = JSON.parse(stdout) as { ifname: string }[];
  if (ports.some(({ ifname }) => ifname === namespace)) {
    await ipIn(controlPlane.name, `link delete ${namespace}`);
  }
}

/**
 * The Ethernet address that goes with an IPv4 address. Always the same one, because neighbours remember it for a while: a host that
 * is removed and made again would not be answered otherwise.
 */
export function hardwareAddress(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  // 02 marks it as locally administered.
  return ['02', '00', ...bytes].join(':');
}

/** Connects the host's own namespace to the bridge by a link of that name. */
export async function connectHost(link: string, address: string): Promise<void> {
  const peer = ['peer', 'name', 'port-of-host', 'netns', controlPlane.name];
  await run('ip', ['link', 'add', link, 'type', 'veth', ...peer]);
  await ipIn(controlPlane.name, `link set port-of-host master ${bridge} up`);
  await run('ip', ['address', 'add', `${address}/24`, 'dev', link]);
  await run('ip', ['link', 'set', link, 'up']);
}
