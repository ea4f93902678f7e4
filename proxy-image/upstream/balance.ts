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
  /** Its share, as configured. 0: it gets nothing as long as any other can be reached. */
  readonly weight: number;
  /** The part of its share that it gets for now, above 0 and up to 1, while it begins slowly. */
  readonly ramp: number;
  /** The virtual time at which its last turn is over; kept by `Turns`. */
  busyUntil: number;
}

/**
 * Shares out turns by weight: start-time fair queueing, where a turn takes as much virtual time as the server's share is small. A server
 * that could not be used for a while gets its share from then on, and nothing for the time that has passed.
 */
export class Turns {
  /** Who comes first among equals at the beginning; random, so that workers do not all begin with the same server. */
  readonly first: number;
  #now = 0;

  constructor(first: number) {
    this.first = first;
  }

  /** When a server's next turn could begin. */
  startOf({ busyUntil }: Candidate): number {
    return Math.max(this.#now, busyUntil);
  }

  /** A server has had a turn. */
  taken(server: Candidate): void {
    this.#now = this.startOf(server);
    server.busyUntil = this.#now + 1 / share(server);
  }
}

/** Who asks, and whose turn it is. */
export interface Turn {
  readonly sourceAddress: string;
  readonly turns: Turns;
}

/**
 * The order in which servers are tried, best first. Suspects come last but are never left out, so that a request is still tried when
 * all others have failed; after them come those of weight 0.
 *
 * SourceAddress is weighted rendezvous hashing (highest random weight): each server's score for a client is made of a hash of both, so
 * every worker and replica decides alike without shared state, and when a server leaves or its weight changes only as many clients
 * move as have to.
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

function rank({ weight, avoided, fallback }: Candidate): number {
  return (weight === 0 ? 4 : 0) + (avoided ? 2 : 0) + (fallback ? 1 : 0);
}

function bySourceAddress<T extends Candidate>(servers: readonly T[], turn: Turn): readonly T[] {
  const source = hash(turn.sourceAddress);
  return servers.toSorted((a, b) => score(source, b) - score(source, a));
}

function inTurn<T extends Candidate>(servers: readonly T[], { turns }: Turn): readonly T[] {
  return rotate(servers, turns.first).toSorted((a, b) => compareTurns(a, b, turns));
}

/** The least loaded for its share first; equally loaded ones take turns. */
function byConnections<T extends Candidate>(servers: readonly T[], { turns }: Turn): readonly T[] {
  return rotate(servers, turns.first).toSorted((a, b) => load(a) - load(b) || compareTurns(a, b, turns));
}

function compareTurns(a: Candidate, b: Candidate, turns: Turns): number {
  return turns.startOf(a) - turns.startOf(b) || a.busyUntil - b.busyUntil;
}

/** The connections that it would have with one more, for its share. */
function load(server: Candidate): number {
  return (server.open + 1) / share(server);
}

/** Among those of weight 0, when they have to be used, all are equal. */
function share({ weight, ramp }: Candidate): number {
  return (weight === 0 ? 1 : weight) * ramp;
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

/** The logarithm of a uniform random number, divided by the weight: with it the highest score falls to each as often as its weight says. */
function score(source: number, { hash, weight }: Candidate): number {
  return Math.log((mix(source, hash) + 0.5) / 2 ** 32) / (weight === 0 ? 1 : weight);
}

/** Both hashes mixed by MurmurHash3's finalizer: FNV alone is too regular to be compared as a weight. 32 bits. */
function mix(source: number, server: number): number {
  let value = source ^ Math.imul(server, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
