import { isIPv6 } from 'node:net';
import type { ServerConfig } from '../config/types.ts';
import { hash, type Candidate } from './balance.ts';
import { Health } from './health.ts';
import { ConnectionPool, type PoolOwner } from './pool.ts';

/** One address of one configured server, and what is remembered of it. */
export class Server implements PoolOwner {
  readonly config: ServerConfig;
  readonly address: string;
  /** `host:port` as configured. */
  readonly label: string;
  readonly health = new Health();
  readonly pool = new ConnectionPool(this);
  /** Connections in use: layer 4, and HTTP with an exchange on it. */
  open = 0;
  /** The newest TLS session of a connection whose certificate was verified; it makes the next handshake short. */
  session: Buffer | undefined;

  constructor(config: ServerConfig, address: string) {
    this.config = config;
    this.address = address;
    this.label = hostAndPort(config.host, config.port);
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
  return { server, hash: identity, fallback, open: server.open, avoided: server.health.avoided(now) };
}

function hostAndPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
