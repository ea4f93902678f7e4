import type { BackendConfig, HealthCheckConfig } from '../../config/types.ts';
import { backendLookup } from '../checked-lookup.ts';
import { ServerDirectory } from '../directory.ts';
import type { Lookup } from '../resolver.ts';
import type { Server } from '../server.ts';
import { buildProbe, type Probe } from './probe.ts';
import { CheckTally } from './tally.ts';
import type { CheckedServer, CheckVerdict } from './types.ts';

/** What checking needs from the world around it, and tells it. */
export interface CheckEnvironment {
  readonly lookup: Lookup;
  /** From 0 up to, but without, 1. */
  random(): number;
  /** A check has been done. */
  onResult(server: CheckedServer): void;
  /** What is known of a server, or why it is down, is another thing now. */
  onChange(): void;
}

/** A backend whose servers are checked, and how. */
export interface CheckTarget {
  readonly backend: BackendConfig;
  readonly check: HealthCheckConfig;
  readonly trustPems: readonly string[];
}

/** The longest wait before the first check, which spreads the checks of proxies that start together. Milliseconds. */
const MAX_FIRST_DELAY = 1_000;

/** The checks of one backend's servers, every address of theirs, round after round until it is stopped. */
export class BackendChecks {
  readonly #backend: BackendConfig;
  readonly #check: HealthCheckConfig;
  readonly #environment: CheckEnvironment;
  readonly #probe: Probe;
  readonly #directory: ServerDirectory;
  readonly #stopped = new AbortController();
  /** By server and address. */
  readonly #tallies: Map<string, CheckTally>;
  #servers: readonly Server[] = [];
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param previous checks of the backend of that name until now, whose verdicts are kept
   * @throws for trust that OpenSSL does not take
   */
  constructor(
    { backend, check, trustPems }: CheckTarget,
    environment: CheckEnvironment,
    previous: BackendChecks | null,
  ) {
    this.#backend = backend;
    this.#check = check;
    this.#environment = environment;
    this.#probe = buildProbe(backend, check, trustPems);
    this.#directory = new ServerDirectory(backend.servers, backendLookup(backend, environment.lookup));
    this.#tallies = previous === null ? new Map() : previous.#tallies;
    this.#servers = previous === null ? [] : previous.#servers;
  }

  start(): void {
    this.#schedule(this.#environment.random() * Math.min(this.#check.interval, MAX_FIRST_DELAY));
  }

  stop(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#stopped.abort();
  }

  verdicts(): readonly CheckedServer[] {
    return this.#servers.flatMap((server) => {
      const verdict = this.#tallies.get(keyOf(server))?.verdict;
      return verdict === undefined ? [] : [this.#checked(server, verdict)];
    });
  }

  #schedule(delay: number): void {
    this.#timer = setTimeout(() => void this.#round(), delay).unref();
  }

  /** Checks all servers at the same time; the next round begins when it is due and this one is over. */
  async #round(): Promise<void> {
    const startedAt = performance.now();
    this.#directory.current(startedAt);
    await this.#directory.settled();
    this.#servers = this.#directory.current(startedAt).map(({ server }) => server);
    this.#forgetOthers();
    await Promise.all(this.#servers.map(async (server) => this.#ask(server)));
    if (!this.#stopped.signal.aborted) {
      const interval = this.#check.interval * (0.9 + this.#environment.random() * 0.2);
      this.#schedule(Math.max(0, startedAt + interval - performance.now()));
    }
  }

  async #ask(server: Server): Promise<void> {
    const result = await this.#probe(server, this.#stopped.signal);
    if (this.#stopped.signal.aborted) {
      return;
    }
    const key = keyOf(server);
    const tally = this.#tallies.get(key) ?? new CheckTally();
    this.#tallies.set(key, tally);
    this.#environment.onResult(this.#checked(server, result));
    if (tally.record(result, this.#check)) {
      this.#environment.onChange();
    }
  }

  #forgetOthers(): void {
    const present = new Set(this.#servers.map(keyOf));
    for (const key of this.#tallies.keys()) {
      if (!present.has(key)) {
        this.#tallies.delete(key);
      }
    }
  }

  #checked({ label, address }: Server, verdict: CheckVerdict): CheckedServer {
    return { backend: this.#backend.name, server: label, address, verdict };
  }
}

function keyOf({ label, address }: Server): string {
  return `${label} ${address}`;
}
