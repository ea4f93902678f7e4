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

/** What the stages know of a connection's surroundings, from the beginning on. */
interface Road {
  readonly listener: Listener;
  readonly frontend: FrontendGeneration;
  readonly services: PipelineServices;
  /** There is nothing more to do for the connection. */
  readonly done: () => void;
}

/**
 * The road of a client's connection, outermost stage first: accept, PROXY header, admission of the source, TLS, and then either HTTP or
 * layer 4. Each stage knows what the one before has found out. The generation that a connection begins with decides its road; HTTP asks
 * again for each request. Calls `done` at the end of the road.
 */
export function serveConnection(
  accepted: AcceptedConnection,
  listener: Listener,
  services: PipelineServices,
  done: () => void,
): void {
  const { frontend } = listener;
  const road: Road = { listener, frontend, services, done };
  // Nothing is awaited that need not be: a connection of layer 4 may live for no longer than that.
  if (frontend.identify === null && frontend.tls === null) {
    serve(admit(accepted, road), road);
  } else {
    void unwrap(accepted, road).then((client) => serve(client, road));
  }
}

/** What comes before the bytes that are meant for a server: a PROXY header, and TLS that ends here. Null when the connection got no further. */
async function unwrap(accepted: AcceptedConnection, road: Road): Promise<ClientConnection | null> {
  const { identify, tls } = road.frontend;
  const identified = identify === null ? accepted : await whose(accepted, identify, road);
  const admitted = identified === null ? null : admit(identified, road);
  return admitted === null || tls === null ? admitted : endTls(admitted, tls, road);
}

function serve(client: ClientConnection | null, { listener, frontend, services, done }: Road): void {
  if (client === null) {
    done();
    return;
  }
  switch (frontend.target.kind) {
    case 'Http':
      serveHttp(client, httpHost(listener, services), services.http);
      done();
      return;
    case 'Forward':
      forward(client, frontend.target.forward, services.access, done);
      return;
    case 'Split':
      void split(client, frontend.target.split, { listener, frontend, services, done });
  }
}

/** Layer 4 by the server name of the client's TLS, which is not ended here. */
async function split(client: ClientConnection, target: SplitTarget, road: Road): Promise<void> {
  const { frontend, services, done } = road;
  const choice = await chooseByName(client, target);
  if (choice.ok) {
    forward(client, choice.target, services.access, done);
    return;
  }
  if (choice.silent) {
    client.reset();
  } else {
    refuse(client, frontend, { reason: 'ServerName', error: choice.reason }, services.access);
  }
  done();
}

/** Null when the client may not connect. */
function admit(
  identified: AcceptedConnection,
  { listener, frontend, services }: Road,
): AcceptedConnection | null {
  const refusal = admitSource(identified, listener);
  if (refusal === null) {
    return identified;
  }
  refuse(identified, frontend, refusal, services.access);
  return null;
}

/** Finds out whose connection it is; null when that can't be told. */
async function whose(
  accepted: AcceptedConnection,
  identify: Identify,
  { frontend, services }: Road,
): Promise<AcceptedConnection | null> {
  const result = await identify(accepted);
  if (result.ok) {
    return result.connection;
  }
  if (result.silent) {
    accepted.reset();
  } else {
    refuse(accepted, frontend, { reason: 'ProxyHeader', error: result.reason }, services.access);
  }
  return null;
}

/** Null when the handshake failed. */
async function endTls(
  accepted: AcceptedConnection,
  tls: TlsTerminator,
  { frontend: { config, metrics }, services }: Road,
): Promise<ClientConnection | null> {
  const failed = (reason: string): void =>
    services.access.log(failedConnection(accepted, config.name, reason));
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
