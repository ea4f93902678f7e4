import { hostAndPort } from '../addresses/host-and-port.ts';
import type { FrontendConfig, ServerConfig } from '../config/types.ts';
import type { ClientConnection } from '../listener/types.ts';
import type { AccessLogger } from '../log/access.ts';
import type { ConnectionEntry } from '../log/types.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { ConnectUser, Upstream, UpstreamConnection } from '../upstream/types.ts';
import { BulkReader } from './bulk-reader.ts';
import { Cancellation } from './cancellation.ts';
import type { ForwardMetrics } from './metrics.ts';
import { resetSocket } from './reset.ts';
import { splice } from './splice.ts';
import type { SpliceCause, SpliceEnd, SpliceOptions } from './splice.ts';

/** Where the connections of a layer 4 frontend go. */
export interface ForwardTarget {
  readonly config: FrontendConfig;
  readonly upstream: Upstream;
  readonly metrics: ForwardMetrics;
}

const NOTHING: SpliceEnd = { cause: 'Closed', bytesIn: 0, bytesOut: 0 };

/** Carries one client's connection to a server of the backend until it ends, and calls `done` then. */
export function forward(
  client: ClientConnection,
  target: ForwardTarget,
  access: AccessLogger,
  done: () => void,
): void {
  new Forwarding(client, target, access, done).start();
}

/** One such connection; there may be thousands of them in a second, so that it does without promises. */
class Forwarding implements ConnectUser {
  readonly #client: ClientConnection;
  readonly #target: ForwardTarget;
  readonly #access: AccessLogger;
  readonly #done: () => void;
  readonly #reader: BulkReader | null;
  readonly #gone = new Cancellation();
  readonly #abort = (): void => this.#gone.abort();

  constructor(client: ClientConnection, target: ForwardTarget, access: AccessLogger, done: () => void) {
    this.#client = client;
    this.#target = target;
    this.#access = access;
    this.#done = done;
    // TLS is read in records of 16 KiB at most: there is nothing to gain.
    this.#reader = target.upstream.config.protocol === 'TCP' ? new BulkReader() : null;
  }

  start(): void {
    const { upstream, config } = this.#target;
    const client = this.#client;
    client.socket.on('close', this.#abort);
    const request = {
      sourceAddress: client.sourceAddress,
      client,
      connectTimeout: config.timeouts.connect,
      signal: this.#gone,
    };
    const reader = this.#reader;
    upstream.connect(reader === null ? request : { ...request, onread: reader.onread }, this);
  }

  connected(connection: UpstreamConnection): void {
    const { socket, server } = connection;
    const client = this.#client;
    client.socket.off('close', this.#abort);
    const { idle, halfClose } = this.#target.config.timeouts;
    const options: SpliceOptions = {
      client,
      server: { socket, reset: () => resetSocket(socket), reader: this.#reader },
      idle,
      halfClose,
      counters: this.#target.metrics,
    };
    splice(options, (end) => {
      connection.release();
      this.#finish(server, end, null);
    });
  }

  notConnected({ message }: UpstreamError): void {
    this.#client.socket.off('close', this.#abort);
    this.#reader?.close();
    this.#client.reset();
    this.#finish(null, NOTHING, message);
  }

  #finish(server: ServerConfig | null, end: SpliceEnd, failure: string | null): void {
    const { metrics } = this.#target;
    metrics.ended[server === null ? 'ConnectFailed' : end.cause].inc();
    if (this.#access.wants?.(NO_STATUS, failure !== null || end.cause !== 'Closed') !== false) {
      this.#access.log(this.#entry(server, end, failure));
    }
    this.#done();
  }

  #entry(server: ServerConfig | null, end: SpliceEnd, failure: string | null): ConnectionEntry {
    const { sourceAddress, acceptedAt } = this.#client;
    const { config, upstream } = this.#target;
    return {
      kind: 'connection',
      frontend: config.name,
      source: sourceAddress,
      backend: upstream.config.name,
      server: server === null ? null : hostAndPort(server),
      durationMs: Math.round(performance.now() - acceptedAt),
      bytesIn: end.bytesIn,
      bytesOut: end.bytesOut,
      error: failure ?? describe(end.cause, config),
    };
  }
}

/** Layer 4 has none. */
const NO_STATUS = 0;

function describe(cause: SpliceCause, { timeouts }: FrontendConfig): string | null {
  switch (cause) {
    case 'Closed':
      return null;
    case 'ClientReset':
      return 'the client cut the connection';
    case 'ServerReset':
      return 'the server cut the connection';
    case 'IdleTimeout':
      return `no byte for ${timeouts.idle} ms`;
    case 'HalfCloseTimeout':
      return `no byte for ${timeouts.halfClose} ms after one side had closed its half`;
  }
}
