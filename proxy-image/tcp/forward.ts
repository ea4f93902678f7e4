import { hostAndPort } from '../addresses/host-and-port.ts';
import type { FrontendConfig, ServerConfig } from '../config/types.ts';
import type { ClientConnection } from '../listener/types.ts';
import type { AccessLogger } from '../log/access.ts';
import type { ConnectionEntry } from '../log/types.ts';
import type { Upstream, UpstreamConnection } from '../upstream/types.ts';
import { BulkReader } from './bulk-reader.ts';
import { Cancellation } from './cancellation.ts';
import type { ForwardMetrics } from './metrics.ts';
import { resetSocket } from './reset.ts';
import { splice } from './splice.ts';
import type { SpliceCause, SpliceEnd } from './splice.ts';

/** Where the connections of a layer 4 frontend go. */
export interface ForwardTarget {
  readonly config: FrontendConfig;
  readonly upstream: Upstream;
  readonly metrics: ForwardMetrics;
}

const NOTHING: SpliceEnd = { cause: 'Closed', bytesIn: 0, bytesOut: 0 };

/** Carries one client's connection to a server of the backend until it ends; resolves then, and never rejects. */
export async function forward(
  client: ClientConnection,
  target: ForwardTarget,
  access: AccessLogger,
): Promise<void> {
  // TLS is read in records of 16 KiB at most: there is nothing to gain.
  const reader = target.upstream.config.protocol === 'TCP' ? new BulkReader() : null;
  const connected = await connect(client, target, reader);
  if ('failure' in connected) {
    reader?.close();
    client.reset();
    finish(client, target, { server: null, end: NOTHING, error: connected.failure }, access);
    return;
  }
  const { socket, server } = connected;
  const { idle, halfClose } = target.config.timeouts;
  const reset = (): void => resetSocket(socket);
  const end = await splice({
    client,
    server: { socket, reset, reader },
    idle,
    halfClose,
    counters: target.metrics,
  });
  connected.release();
  finish(client, target, { server, end, error: describe(end.cause, target.config) }, access);
}

async function connect(
  client: ClientConnection,
  { upstream, config }: ForwardTarget,
  reader: BulkReader | null,
): Promise<UpstreamConnection | { readonly failure: string }> {
  const { socket, sourceAddress } = client;
  const gone = new Cancellation();
  const abort = (): void => gone.abort();
  socket.on('close', abort);
  try {
    const connectTimeout = config.timeouts.connect;
    const onread = reader === null ? {} : { onread: reader.onread };
    return await upstream.connect({ sourceAddress, client, connectTimeout, signal: gone, ...onread });
  } catch (error) {
    return { failure: (error as Error).message };
  } finally {
    socket.off('close', abort);
  }
}

interface Outcome {
  readonly server: ServerConfig | null;
  readonly end: SpliceEnd;
  readonly error: string | null;
}

function finish(
  { sourceAddress, acceptedAt }: ClientConnection,
  { config, upstream, metrics }: ForwardTarget,
  { server, end, error }: Outcome,
  access: AccessLogger,
): void {
  const { bytesIn, bytesOut } = end;
  metrics.ended[server === null ? 'ConnectFailed' : end.cause].inc();
  const entry: ConnectionEntry = {
    kind: 'connection',
    frontend: config.name,
    source: sourceAddress,
    backend: upstream.config.name,
    server: server === null ? null : hostAndPort(server),
    durationMs: Math.round(performance.now() - acceptedAt),
    bytesIn,
    bytesOut,
    error,
  };
  access.log(entry);
}

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
