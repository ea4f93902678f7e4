import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
} from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { ResettableAgent, reset } from './resettable-agent.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

/** Before cloud load balancers forget a quiet connection, and as client-go does, in milliseconds. */
const TCP_KEEP_ALIVE = 30_000;

/** How long an idle connection is kept, in milliseconds; less than the API server's 90 seconds, so that we are the one to close it. */
const IDLE_CONNECTION = 60_000;

/**
 * Requests over HTTP/1.1 connections that are kept for the next request. Credentials are asked of `config` for every request: it reads
 * certificate files again, and a connection is only shared by requests with the same ones.
 *
 * @param token gives the bearer token, where the caller knows better than `config`
 */
export function createHttpsTransport(config: KubeConfig, token?: () => string): Transport {
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error('The kubeconfig has no current context that names a cluster; set "current-context".');
  }
  const server = new URL(cluster.server);
  const secure = server.protocol === 'https:';
  const agentOptions = { keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE, timeout: IDLE_CONNECTION };
  const agent = secure ? new ResettableAgent(agentOptions) : new HttpAgent(agentOptions);
  const open = secure ? httpsRequest : httpRequest;

  async function attempt(request: TransportRequest): Promise<Attempt> {
    const { body, headers } = request;
    // For a DELETE, Node gives no length of its own accord, and the server would take the body for the next request.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent: OutgoingHttpHeaders = { ...headers, ...length };
    const options: RequestOptions = { headers: sent };
    await config.applyToHTTPSOptions(options);
    if (token !== undefined) sent['Authorization'] = `Bearer ${token()}`;
    // The agent that client-node gives does not keep connections; it is only needed for the way through a proxy.
    if (cluster?.proxyUrl === undefined) options.agent = agent;
    // Before Node's own listener, which closes the connection.
    const takeBack = () => body !== undefined && outgoing.writableEnded && reset(outgoing);
    request.signal.addEventListener('abort', takeBack, { once: true });
    const outgoing = open(server, {
      ...options,
      method: request.method,
      path: join(server.pathname, request.path),
      signal: request.signal,
    });
    const result = await exchange(outgoing, request);
    request.signal.removeEventListener('abort', takeBack);
    return result;
  }

  return {
    host: server.host,
    async send(request) {
      request.signal.throwIfAborted();
      const first = await attempt(request);
      if ('response' in first) return first.response;
      request.signal.throwIfAborted();
      // The server may close a kept connection just when we use it; that says nothing of the server's health.
      const retry = first.connectionWasReused && request.method !== 'POST' ? await attempt(request) : first;
      if ('response' in retry) return retry.response;
      request.signal.throwIfAborted();
      throw retry.error;
    },
    close: () => agent.destroy(),
  };
}

type Attempt =
  | { readonly response: TransportResponse }
  | { readonly error: Error; readonly connectionWasReused: boolean };

async function exchange(
  outgoing: ClientRequest,
  { body, beforeSending = () => {} }: Pick<TransportRequest, 'body' | 'beforeSending'>,
): Promise<Attempt> {
  const { promise, resolve } = Promise.withResolvers<Attempt>();
  outgoing.on('socket', (socket: Socket) => {
    // On the way to a connection much time can pass; what was allowed before need not be any more.
    whenReady(outgoing, socket, () => {
      try {
        beforeSending();
        outgoing.end(body);
      } catch (error) {
        resolve({ error: error as Error, connectionWasReused: false });
        outgoing.destroy();
      }
    });
  });
  outgoing.on('response', (message: IncomingMessage) => {
    resolve({
      response: { status: message.statusCode ?? 0, headers: message.headers, body: message },
    });
  });
  // Stays attached: once there is an answer, its body reports what happens to the connection.
  outgoing.on('error', (error) => resolve({ error, connectionWasReused: outgoing.reusedSocket }));
  return promise;
}

/** Calls back when what is written leaves at once: after all handshakes, or now on a connection that was used before. */
function whenReady(outgoing: ClientRequest, socket: Socket, then: () => void): void {
  if (outgoing.reusedSocket) then();
  else if (socket instanceof TLSSocket) socket.once('secureConnect', then);
  else if (socket.connecting) socket.once('connect', then);
  else then();
}

function join(prefix: string, path: string): string {
  return prefix.replace(/\/$/, '') + path;
}
