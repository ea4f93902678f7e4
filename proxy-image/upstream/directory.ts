import type { ServerStatus } from '../config/status.ts';
import type { ServerConfig } from '../config/types.ts';
import { ResolvedName, type Address, type Lookup } from './resolver.ts';
import { places, Server, type Place, type ServerObserver } from './server.ts';

interface Entry {
  readonly config: ServerConfig;
  readonly name: ResolvedName;
  /** The DNS answer that `servers` stand for. */
  addresses: readonly Address[] | null;
  servers: readonly Server[];
}

const NOBODY: ServerObserver = { exchangeEnded: () => undefined, vacated: () => undefined };

/** The configured servers of a backend and the addresses that they have now. */
export class ServerDirectory {
  readonly #entries: readonly Entry[];
  #places: readonly Place[] = [];

  readonly #observer: ServerObserver;

  constructor(configs: readonly ServerConfig[], lookup: Lookup, observer: ServerObserver = NOBODY) {
    this.#observer = observer;
    this.#entries = configs.map((config) => ({
      config,
      name: new ResolvedName(config.host, lookup),
      addresses: null,
      servers: [],
    }));
  }

  /** Every address known at `now`; empty while no name has been resolved yet. */
  current(now: number): readonly Place[] {
    let changed = false;
    for (const entry of this.#entries) {
      changed = refresh(entry, now, this.#observer) || changed;
    }
    if (changed) {
      this.#places = this.#entries.flatMap(({ servers }) => places(servers));
    }
    return this.#places;
  }

  /** Waits for the first answers that are still outstanding; false when there was nothing to wait for. */
  async settled(): Promise<boolean> {
    const pending = this.#entries.filter(({ addresses, name }) => addresses === null && name.pending);
    await Promise.all(pending.map(({ name }) => name.settled()));
    return pending.length > 0;
  }

  /** Why names could not be resolved. */
  errors(): readonly { readonly server: ServerConfig; readonly message: string }[] {
    return this.#entries.flatMap(({ config, name }) =>
      name.error === null ? [] : [{ server: config, message: name.error }],
    );
  }

  retire(): void {
    for (const { servers } of this.#entries) {
      for (const { pool } of servers) {
        pool.retire();
      }
    }
  }

  status(now: number): readonly ServerStatus[] {
    return this.#entries.map((entry) => statusOf(entry, now));
  }
}

function refresh(entry: Entry, now: number, observer: ServerObserver): boolean {
  const addresses = entry.name.addresses(now);
  if (addresses === null || addresses === entry.addresses) {
    return false;
  }
  const known = new Map(entry.servers.map((server) => [server.address, server]));
  entry.addresses = addresses;
  entry.servers = addresses.map(
    ({ address }) => known.get(address) ?? new Server({ config: entry.config, address, now, observer }),
  );
  for (const server of known.values()) {
    if (!entry.servers.includes(server)) {
      server.pool.retire();
    }
  }
  return true;
}

/** A name with several addresses is up as long as one of them is. */
function statusOf({ config, name, servers }: Entry, now: number): ServerStatus {
  const connections = servers.reduce((sum, { open }) => sum + open, 0);
  const common = { host: config.host, port: config.port, connections };
  if (servers.length === 0 && name.error !== null) {
    return { ...common, state: 'Down', message: name.error };
  }
  if (servers.some((server) => server.up(now))) {
    return { ...common, state: 'Up' };
  }
  const message = servers.map((server) => server.down(now)).find((reason) => reason !== null);
  return message === undefined ? { ...common, state: 'Unknown' } : { ...common, state: 'Down', message };
}
