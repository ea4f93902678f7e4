import type { FrontendGeneration } from '../generation/generation.ts';
import { serveHttp } from '../http/serve.ts';
import type { HttpFrontend, HttpHost, HttpServices } from '../http/types.ts';
import type { AccessLogger } from '../log/access.ts';
import { forward } from '../tcp/forward.ts';
import { chooseByName } from '../tcp/split.ts';
import type { SplitTarget } from '../tcp/split.ts';
import type { TlsTerminator } from '../tls/terminator.ts';
import { admitSource } from './admit.ts';
import type { Identify } from './identify.ts';
import type { Listener } from './listener.ts';
import { failedConnection, refuse } from './refusal.ts';
import type { AcceptedConnection, ClientConnection } from './types.ts';

/** What the stages need from the process. */
export interface PipelineServices {
  readonly access: AccessLogger;
  readonly http: HttpServices;
  /** True from the request to end on. */
  readonly draining: () => boolean;
}

/**
 * The road of a client's connection, outermost stage first: accept, PROXY header, admission of the source, TLS, and then either HTTP or
 * layer 4. Each stage knows what the one before has found out. The generation that a connection begins with decides its road; HTTP asks
 * again for each request.
 */
export async function serveConnection(
  accepted: AcceptedConnection,
  listener: Listener,
  services: PipelineServices,
): Promise<void> {
  const { frontend } = listener;
  const { identify, tls } = frontend;
  // Nothing is awaited that need not be: a connection of layer 4 may live for no longer than that.
  const identified = identify === null ? accepted : await whose(accepted, identify, frontend, services);
  if (identified === null) {
    return;
  }
  const refusal = admitSource(identified, listener);
  if (refusal !== null) {
    refuse(identified, frontend, refusal, services.access);
    return;
  }
  const client = tls === null ? identified : await endTls(identified, tls, frontend, services);
  if (client === null) {
    return;
  }
  switch (frontend.target.kind) {
    case 'Http':
      serveHttp(client, httpHost(listener, services), services.http);
      return;
    case 'Forward':
      await forward(client, frontend.target.forward, services.access);
      return;
    case 'Split':
      await split(client, frontend, frontend.target.split, services);
  }
}

/** Layer 4 by the server name of the client's TLS, which is not ended here. */
async function split(
  client: ClientConnection,
  frontend: FrontendGeneration,
  target: SplitTarget,
  { access }: PipelineServices,
): Promise<void> {
  const choice = await chooseByName(client, target);
  if (choice.ok) {
    await forward(client, choice.target, access);
  } else if (choice.silent) {
    client.reset();
  } else {
    refuse(client, frontend, { reason: 'ServerName', error: choice.reason }, access);
  }
}

/** Finds out whose connection it is; null when that can't be told. */
async function whose(
  accepted: AcceptedConnection,
  identify: Identify,
  frontend: FrontendGeneration,
  { access }: PipelineServices,
): Promise<AcceptedConnection | null> {
  const result = await identify(accepted);
  if (result.ok) {
    return result.connection;
  }
  if (result.silent) {
    accepted.reset();
  } else {
    refuse(accepted, frontend, { reason: 'ProxyHeader', error: result.reason }, access);
  }
  return null;
}

/** Null when the handshake failed. */
async function endTls(
  accepted: AcceptedConnection,
  tls: TlsTerminator,
  { config, metrics }: FrontendGeneration,
  { access }: PipelineServices,
): Promise<ClientConnection | null> {
  const failed = (reason: string): void => access.log(failedConnection(accepted, config.name, reason));
  const result = await tls.terminate(accepted, failed);
  if (result.ok) {
    metrics.handshakesDone.inc();
    return { ...accepted, socket: result.socket, tls: result.tls };
  }
  if (!result.silent) {
    metrics.handshakesFailed.inc();
    failed(result.reason);
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
