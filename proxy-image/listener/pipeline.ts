import type { FrontendGeneration } from '../generation/generation.ts';
import { serveHttp1 } from '../http/serve.ts';
import type { HttpFrontend, HttpHost, HttpServices } from '../http/types.ts';
import type { AccessLogger } from '../log/access.ts';
import { forward } from '../tcp/forward.ts';
import type { Listener } from './listener.ts';
import type { AcceptedConnection, ClientConnection } from './types.ts';

/** What the stages need from the process. */
export interface PipelineServices {
  readonly access: AccessLogger;
  readonly http: HttpServices;
  /** True from the request to end on. */
  readonly draining: () => boolean;
}

/**
 * The road of a client's connection, outermost stage first: accept, TLS, and then either HTTP or layer 4. Each stage knows what the one
 * before has found out. The generation that a connection begins with decides its road; HTTP asks again for each request.
 */
export async function serveConnection(
  accepted: AcceptedConnection,
  listener: Listener,
  services: PipelineServices,
): Promise<void> {
  const { frontend } = listener;
  const client = await endTls(accepted, frontend, services);
  if (client === null) {
    return;
  }
  switch (frontend.target.kind) {
    case 'Http':
      serveHttp1(client, httpHost(listener, services), services.http);
      return;
    case 'Forward':
      await forward(client, frontend.target.forward, services.access);
  }
}

/** Null when the handshake failed. */
async function endTls(
  accepted: AcceptedConnection,
  { config, tls, metrics }: FrontendGeneration,
  { access }: PipelineServices,
): Promise<ClientConnection | null> {
  if (tls === null) {
    return { ...accepted, tls: null };
  }
  const result = await tls.terminate(accepted);
  if (result.ok) {
    metrics.handshakesDone.inc();
    return { ...accepted, socket: result.socket, tls: result.tls };
  }
  if (!result.silent) {
    metrics.handshakesFailed.inc();
    access.log({
      kind: 'connection',
      frontend: config.name,
      source: accepted.sourceAddress,
      backend: null,
      server: null,
      durationMs: Math.round(performance.now() - accepted.acceptedAt),
      bytesIn: 0,
      bytesOut: 0,
      error: result.reason,
    });
  }
  return null;
}

function httpHost(listener: Listener, { draining }: PipelineServices): HttpHost {
  const { protocol } = listener.frontend.config;
  return { frontend: () => newest(listener, protocol), draining };
}

/** Null once the frontend has been removed, or means something else by a connection. */
function newest(listener: Listener, protocol: string): HttpFrontend | null {
  const { config, target } = listener.frontend;
  return target.kind === 'Http' && config.protocol === protocol && !listener.removed ? target.http : null;
}
