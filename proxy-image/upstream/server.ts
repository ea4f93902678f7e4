import { isIPv6 } from 'node:net';
import type { ServerConfig } from '../config/types.ts';
import { hash, type Candidate } from './balance.ts';
import type { CheckVerdict } from './checks/types.ts';
import type { Endpoint } from './connect.ts';
import { Health } from './health.ts';
import { ConnectionPool, type PoolOwner } from './pool.ts';

/** One address of one configured server, and what is remembered of it. */
export class Server implements PoolOwner, Endpoint {
  readonly config: ServerConfig;
  readonly address: string;
  /** `host:port` as configured. */
  readonly label: string;
  /** What connections of this process have found out. */
  readonly health = new Health();
  /** What health checks have found out; undefined as long as there is none. */
  check: CheckVerdict | undefined;
  readonly pool = new ConnectionPool(this);
  /** Connections in use: layer 4, and HTTP with an exchange on it. */
  open = 0;
  session: Buffer | undefined;

  constructor(config: ServerConfig, address: string) {
    this.config = config;
    this.address = address;
    this.label = hostAndPort(config.host, config.port);
  }

  /** True while it should be sent nothing, as long as there is another. */
  avoided(now: number): boolean {
    return this.check?.up === false || this.health.avoided(now);
  }

  /** Why it is down; null when it is not known to be. */
  down(now: number): string | null {
    if (this.check?.up === false) {
      return this.check.message;
    }
    // A check that has passed since is newer than a failure whose back-off is over.
    const forgiven = this.check?.up === true && !this.health.avoided(now);
    return this.health.state === 'Down' && !forgiven ? (this.health.message ?? '') : null;
  }

  /** True when it is known to work. */
  up(now: number): boolean {
    return this.down(now) === null && (this.check?.up === true || this.health.state === 'Up');
  }
}

/** A server in the place that the newest DNS answer gives it. */
export interface Place {
  readonly server: Server;
  readonly hash: number;
  readonly fallback: boolean;
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
      first.length === 1 && !fallback ? server.label : hostAndPort(server.address, server.config.port);
    return { server, hash: hash(identity), fallback };
  });
}

/** What balancing sees of a place at this moment. */
export function candidate(place: Place, now: number): Candidate & { readonly server: Server } {
  const { server, hash: identity, fallback } = place;
  return { server, hash: identity, fallback, open: server.open, avoided: server.avoided(now) };
}

function hostAndPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
