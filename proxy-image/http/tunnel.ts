import type { FrontendTimeouts } from '../config/types.ts';
import { resetSocket } from '../tcp/reset.ts';
import {
  splice,
  type SpliceCause,
  type SpliceCounters,
  type SpliceEnd,
  type SpliceOptions,
  type SpliceSide,
} from '../tcp/splice.ts';
import type { UpstreamConnection } from '../upstream/types.ts';
import type { TransferFault } from './faults.ts';
import type { RequestEnd } from './request-record.ts';

/** Both ends of a tunnel, and what was read before it was one. */
export interface Tunnel {
  readonly client: SpliceSide;
  /** True when the client has already closed its half. */
  readonly clientEnded: boolean;
  readonly upstream: UpstreamConnection;
  /** For the client: the head of the response that opens the tunnel, and what the server sent right behind it. */
  readonly toClient: readonly Buffer[];
  /** For the server: what the client sent ahead. */
  readonly toUpstream: Buffer;
  readonly counters: SpliceCounters;
  readonly timeouts: Pick<FrontendTimeouts, 'idle' | 'halfClose'>;
}

/** Passes bytes in both directions until both ends are closed; returns what becomes of the record of the request. Never rejects. */
export async function runTunnel(tunnel: Tunnel): Promise<Partial<RequestEnd>> {
  const { client, upstream, counters, timeouts } = tunnel;
  for (const part of tunnel.toClient) {
    client.socket.write(part);
  }
  upstream.socket.write(tunnel.toUpstream);
  if (tunnel.clientEnded) {
    upstream.socket.end();
  }
  const options: SpliceOptions = {
    client,
    server: { socket: upstream.socket, reset: () => resetSocket(upstream.socket) },
    idle: timeouts.idle,
    halfClose: timeouts.halfClose,
    counters,
  };
  const { cause, ...bytes } = await new Promise<SpliceEnd>((resolve) => splice(options, resolve));
  upstream.release();
  return { ...bytes, status: 101, fault: FAULTS[cause] };
}

/** What the end of a tunnel is called in the log; null for an orderly one. */
const FAULTS: Readonly<Record<SpliceCause, TransferFault | null>> = {
  Closed: null,
  ClientReset: 'ClientClosed',
  ServerReset: 'UpstreamAborted',
  IdleTimeout: 'TunnelTimeout',
  HalfCloseTimeout: 'TunnelTimeout',
};
