import type { Balance } from '../config/types.ts';

/** What balancing looks at. */
export interface Candidate {
  /** Hash of the server's identity (`hash`), equal in every worker and every replica. */
  readonly hash: number;
  /** Only used when no other is left, such as the IPv6 address of a server that also has an IPv4 address. */
  readonly fallback: boolean;
  /** Connections in use. */
  readonly open: number;
  /** True while the server is suspected to be down. */
  readonly avoided: boolean;
}

/** Who asks: the client's address, and how many have asked before. */
export interface Turn {
  readonly sourceAddress: string;
  readonly number: number;
}

/**
 * The order in which servers are tried, best first. Suspects come last but are never left out, so that a request is still tried when
 * all of them have failed.
 *
 * SourceAddress is rendezvous hashing (highest random weight): each server's weight for a client is a hash of both, so every worker
 * and replica decides alike without shared state, and when a server leaves only its own clients move, to each their second choice.
 */
export function balance<T extends Candidate>(
  method: Balance,
  servers: readonly T[],
  turn: Turn,
): readonly T[] {
  if (servers.length < 2) {
    return servers;
  }
  const preferred = BY_METHOD[method](servers, turn);
  return preferred.toSorted((a, b) => rank(a) - rank(b));
}

const BY_METHOD = {
  SourceAddress: bySourceAddress,
  RoundRobin: inTurn,
  LeastConnections: byConnections,
} as const satisfies Record<Balance, unknown>;

function rank(server: Candidate): number {
  return (server.avoided ? 2 : 0) + (server.fallback ? 1 : 0);
}

function bySourceAddress<T extends Candidate>(servers: readonly T[], turn: Turn): readonly T[] {
  const source = hash(turn.sourceAddress);
  return servers.toSorted((a, b) => weight(source, b.hash) - weight(source, a.hash));
}

function inTurn<T extends Candidate>(servers: readonly T[], turn: Turn): readonly T[] {
  // A server that can't be used for now must not pass its turn to its neighbour, which would then serve twice as often.
  const usable = servers.filter((server) => rank(server) === 0);
  return usable.length === 0 || usable.length === servers.length
    ? rotate(servers, turn.number)
    : [...rotate(usable, turn.number), ...servers.filter((server) => rank(server) !== 0)];
}

/** The least loaded first; equally loaded ones take turns. */
function byConnections<T extends Candidate>(servers: readonly T[], turn: Turn): readonly T[] {
  return rotate(servers, turn.number).toSorted((a, b) => a.open - b.open);
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}

/** Both hashes mixed by MurmurHash3's finalizer: FNV alone is too regular to be compared as a weight. */
function weight(source: number, server: number): number {
  let value = source ^ Math.imul(server, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
