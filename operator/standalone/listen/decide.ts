import { isDeepStrictEqual } from 'node:util';
import type { Probe } from './probe.ts';

/** Where a flow is asked to be listened on. */
export interface WantedListener {
  /** Tells flows apart, also across reloads. */
  readonly key: string;
  readonly address: string | undefined;
  readonly port: number;
}

/** Where a flow is listened on. */
export interface DecidedListener {
  readonly address: string;
  readonly port: number;
  /** What was asked for. */
  readonly wanted: WantedListener;
  /** Why it is not as asked for, and what to do about it; null when it is. */
  readonly note: string | null;
}

type Decided = ReadonlyMap<string, DecidedListener>;
type Place = Pick<DecidedListener, 'address' | 'port'>;

const LOOPBACK_NETWORK = '127.0.10';
const LAST_LOOPBACK = 254;
const LAST_PORT = 65_535;

/**
 * Decides for every flow where it is listened on. A requested address is taken where this host has it; every other flow gets a loopback
 * address of its own, 127.0.10.1 and so on, or where there is only 127.0.0.1 a port of its own on that. A port that may not be bound is
 * moved up by 8000 or 10000. A flow that listens as it asks for keeps its place; what could not be as asked for is tried again.
 */
export async function decideListeners(
  wanted: readonly WantedListener[],
  current: Decided,
  probe: Probe,
): Promise<Decided> {
  const decided = new Map<string, DecidedListener>();
  for (const flow of wanted) {
    const before = current.get(flow.key);
    if (before?.note === null && asksForTheSame(before.wanted, flow)) decided.set(flow.key, before);
  }
  // What this process listens on now is free for its own flows, although an attempt to bind it would fail.
  const own = new Set([...current.values()].map(placeName));
  const ownProbe: Probe = async (address, port) =>
    own.has(placeName({ address, port })) ? 'Free' : probe(address, port);
  for (const flow of wanted) {
    if (!decided.has(flow.key))
      decided.set(flow.key, await decide(flow, { wanted, decided, current, probe: ownProbe }));
  }
  return decided;
}

interface Scope {
  readonly wanted: readonly WantedListener[];
  readonly decided: Decided;
  readonly current: Decided;
  readonly probe: Probe;
}

async function decide(wanted: WantedListener, scope: Scope): Promise<DecidedListener> {
  if (wanted.address === undefined) return decideOnLoopback(wanted, scope, null);
  const { address, port } = wanted;
  const sharedWith = [...scope.decided].find(
    ([, other]) => placeName(other) === placeName({ address, port }),
  );
  if (sharedWith !== undefined) {
    return decideOnLoopback(
      wanted,
      scope,
      `${placeName({ address, port })} is also asked for by ${sharedWith[0]}; give one of them another address or port`,
    );
  }
  switch (await scope.probe(address, port)) {
    case 'Free':
    // Nowhere else is better; the proxy tells that it can't listen there.
    case 'InUse':
      return { address, port, wanted, note: null };
    case 'Denied':
      return decideOnOtherPort(wanted, address, scope, null);
    case 'NotHere':
      return decideOnLoopback(
        wanted,
        scope,
        `${address} is not an address of this host; add it to a network interface, or request another`,
      );
  }
}

async function decideOnLoopback(
  wanted: WantedListener,
  scope: Scope,
  note: string | null,
): Promise<DecidedListener> {
  const { port } = wanted;
  for (const address of loopbackCandidates(wanted.key, scope)) {
    switch (await scope.probe(address, port)) {
      case 'Free':
        return { address, port, wanted, note };
      case 'Denied':
        return decideOnOtherPort(wanted, address, scope, note);
      case 'NotHere': {
        const only =
          'this host has no loopback address but 127.0.0.1, so every flow gets a port of its own there';
        return { ...(await movePort('127.0.0.1', port, scope)), wanted, note: joinNotes(note, only) };
      }
      case 'InUse':
    }
  }
  const taken = `another program listens on port ${port} of every address; stop it, or change the port`;
  return { ...(await movePort(`${LOOPBACK_NETWORK}.1`, port, scope)), wanted, note: joinNotes(note, taken) };
}

async function decideOnOtherPort(
  wanted: WantedListener,
  address: string,
  scope: Scope,
  note: string | null,
): Promise<DecidedListener> {
  const place = await movePort(address, wanted.port, scope);
  const denied = `listens on port ${place.port} instead of ${wanted.port}, on which this user may not; run as root or with CAP_NET_BIND_SERVICE`;
  return { ...place, wanted, note: joinNotes(note, denied) };
}

/** The flow's own loopback address from before, then those that no other flow has or had. */
function loopbackCandidates(key: string, { decided, current }: Scope): readonly string[] {
  const before = current.get(key)?.address;
  const taken = new Set(
    [...current, ...decided].filter(([other]) => other !== key).map(([, { address }]) => address),
  );
  const all = Array.from({ length: LAST_LOOPBACK }, (_, index) => `${LOOPBACK_NETWORK}.${index + 1}`);
  const free = all.filter((address) => !taken.has(address) && address !== before);
  return before !== undefined && all.includes(before) ? [before, ...free] : free;
}

async function movePort(address: string, port: number, { wanted, decided, probe }: Scope): Promise<Place> {
  const asked = wanted.map(({ address = '', port }) => ({ address, port }));
  const taken = new Set([...decided.values(), ...asked].map(placeName));
  for (const candidate of movedPorts(port)) {
    const place = { address, port: candidate };
    if (!taken.has(placeName(place)) && (await probe(address, candidate)) === 'Free') return place;
  }
  throw new Error(`no port of ${address} can be listened on in place of ${port}`);
}

/** 443 becomes 8443 or 10443, which people recognise; after that any will do. */
function* movedPorts(port: number): Generator<number> {
  for (const first of [port + 8000, port + 10_000]) {
    if (first <= LAST_PORT) yield first;
  }
  for (let candidate = 10_001; candidate <= LAST_PORT; candidate += 1) yield candidate;
}

function joinNotes(first: string | null, second: string): string {
  return first === null ? second : `${first}; ${second}`;
}

/** Whether every flow listens on the same address and port in both. */
export function samePlaces(one: Decided, other: Decided): boolean {
  const names = (decided: Decided) =>
    [...decided].map(([key, listener]) => `${key} ${placeName(listener)}`).sort();
  return isDeepStrictEqual(names(one), names(other));
}

function asksForTheSame(one: WantedListener, other: WantedListener): boolean {
  return one.address === other.address && one.port === other.port;
}

/** `address:port`, with an IPv6 address in brackets. */
export function placeName({ address, port }: Place): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
