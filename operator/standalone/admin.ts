import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { placeName } from './listen/decide.ts';

/** Where the admin listener of the first proxy is to be; those of further ones follow on the next ports. */
export interface AdminAddress {
  readonly address: string;
  readonly port: number;
}

/** Gives each proxy an admin listener: the lowest one that is free from the given one on, or any free port of 127.0.0.1. */
export async function chooseAdmin(
  first: AdminAddress | undefined,
  taken: readonly string[],
): Promise<string> {
  if (first === undefined) return `127.0.0.1:${await freePort()}`;
  let { port } = first;
  while (taken.includes(placeName({ address: first.address, port }))) port += 1;
  return placeName({ address: first.address, port });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
