import { isIPv6 } from 'node:net';
import { hostAndPort } from '../addresses/host-and-port.ts';
import type { ServerConfig } from '../config/types.ts';
import { hash, type Candidate } from './balance.ts';
import type { CheckVerdict } from './checks/types.ts';
import type { Endpoint } from './connect.ts';
import { Health } from './health.ts';
import { ConnectionPool, type PoolOwner } from './pool.ts';

/** Told what happens with a server. */
export interface ServerObserver {
  /** How an exchange has ended: null, or what the server did wrong. */
  exchangeEnded(server: Server, failure: string | null): void;
  /** One connection less is in use. */
  vacated(): void;
}

export interface ServerParts {
  readonly config: ServerConfig;
  readonly address: string;
  /** Milliseconds on a monotonic clock. */
  readonly now: number;
  readonly observer: ServerObserver;
}

/** The part of its share that a server begins with. */
const LEAST_RAMP = 0.1;

/** One address of one configured server, and what is remembered of it. */
export class Server implements PoolOwner, Endpoint {
  readonly config: ServerConfig;
  readonly address: string;
  /** `host:port` as configured. */
  readonly label: string;
  /** Whether it can be connected to. */
  readonly reach = new Health();
  /** Whether its answers can be used; down only while it is ejected. */
  readonly answers = new Health();
  /** Exchanges in a row that have failed. */
  failedExchanges = 0;
  /** When it was found, or has come back after it was down: since then it gets more and more of its share. */
  backSince: number;
  readonly pool = new ConnectionPool(this);
  /** Connections in use: layer 4, and HTTP with an exchange on it; and those that are being made. */
  open = 0;
  session: Buffer | undefined;
  /** What the cookies of its clients hold; null where they have none. */
  stickyToken: string | null = null;
  readonly #observer: ServerObserver;
  #check: CheckVerdict | undefined;

  constructor({ config, address, now, observer }: ServerParts) {
    this.config = config;
    this.backSince = now;
    this.#observer = observer;
    this.address = address;
    this.label = hostAndPort(config);
  }

  /** What health checks have found out; undefined as long as there is none. */
  get check(): CheckVerdict | undefined {
    return this.#check;
  }

  /** Takes the newest verdict of the health checks. */
  checked(verdict: CheckVerdict | undefined, now: number): void {
    if (verdict?.up === true && this.#check?.up === false) {
      this.backSince = now;
    }
    this.#check = verdict;
  }

  /** A connection is in use from now on. */
  occupy(): void {
    this.open += 1;
  }

  vacate(): void {
    this.open -= 1;
    this.#observer.vacated();
  }

  exchangeEnded(failure: string | null): void {
    // So it is nearly always, and then there is nothing to be found out.
    if (failure === null && this.failedExchanges === 0) {
      return;
    }
    this.#observer.exchangeEnded(this, failure);
  }

  /** True while it should be sent nothing, as long as there is another. */
  avoided(now: number): boolean {
    return this.#check?.up === false || this.reach.avoided(now) || this.answers.avoided(now);
  }

  /** Why it is down; null when it is not known to be. */
  down(now: number): string | null {
    if (this.#check?.up === false) {
      return this.#check.message;
    }
    const reason = this.reach.message ?? this.answers.message ?? null;
    // A check that has passed since is newer than a failure whose back-off is over.
    return this.#check?.up === true && !this.avoided(now) ? null : reason;
  }

  /** True when it is known to work. */
  up(now: number): boolean {
    return this.down(now) === null && (this.#check?.up === true || this.reach.state === 'Up');
  }
}

/** A server in the place that the newest DNS answer gives it, as balancing sees it. */
export class Place implements Candidate {
  readonly server: Server;
  /** Equal in every worker and every replica. */
  readonly identity: string;
  readonly hash: number;
  readonly fallback: boolean;
  avoided = false;
  ramp = 1;
  busyUntil = 0;

  constructor(server: Server, identity: string, fallback: boolean) {
    this.server = server;
    this.identity = identity;
    this.hash = hash(identity);
    this.fallback = fallback;
  }

  get open(): number {
    return this.server.open;
  }

  get weight(): number {
    return this.server.config.weight ?? 1;
  }

  /** Brings up to date what changes with time; `slowStart` in milliseconds. */
  refresh(now: number, slowStart: number): void {
    this.avoided = this.server.avoided(now);
    const age = now - this.server.backSince;
    this.ramp = age >= slowStart ? 1 : Math.max(LEAST_RAMP, age / slowStart);
  }
}

/**
 * The places of a configured server's addresses. A name with one address is identified by that name, so that its clients stay with it
 * when a restart gives it another address; several addresses are told apart by themselves. Where a name has addresses of both families
 * they are taken for one and the same server, with IPv6 as the way that is tried second.
 */
export function places(servers: readonly Server[]): readonly Place[] {
  const v4 = servers.filter(({ address }) => !isIPv6(address));
  const first = v4.length > 0 ? v4 : servers;
  return servers.map((server) => {
    const fallback = !first.includes(server);
    const identity =
      first.length === 1 && !fallback
        ? server.label
        : hostAndPort({ host: server.address, port: server.config.port });
    return new Place(server, identity, fallback);
  });
}
