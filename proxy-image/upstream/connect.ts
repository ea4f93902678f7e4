import net from 'node:net';
import type { OnReadOpts, Socket } from 'node:net';
import tls from 'node:tls';
import type { ServerConfig } from '../config/types.ts';
import { keepAlive, newcomers } from '../tcp/keep-alive.ts';
import { landingFor } from './landing.ts';
import { handshakeFailure } from './tls-failures.ts';
import type { TlsPolicy } from './tls.ts';
import type { ConnectAttempt, ConnectRequest } from './types.ts';

/** What is connected to. */
export interface Endpoint {
  readonly config: ServerConfig;
  readonly address: string;
  /** The newest TLS session of a connection whose certificate was verified; it makes the next handshake short. */
  session: Buffer | undefined;
}

type AttemptFailure = Pick<ConnectAttempt, 'kind' | 'message'>;

/** How one attempt ended. */
export type AttemptOutcome =
  | { readonly result: 'Connected'; readonly socket: Socket }
  | ({ readonly result: 'Failed' } & AttemptFailure)
  | { readonly result: 'Cancelled' };

/** What one attempt is made at, and how. */
export interface AttemptPlan extends Pick<ConnectRequest, 'connectTimeout' | 'signal' | 'onread'> {
  readonly server: Endpoint;
  /** Null: without TLS. */
  readonly policy: TlsPolicy | null;
  /** A PROXY header, which goes out before anything else; null for none. */
  readonly header: Buffer | null;
}

/** As `beginAttempt`; never rejects. */
export async function attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
  return new Promise((resolve) => beginAttempt(plan, resolve));
}

/** One attempt to connect to one server, TLS handshake and verification included. Calls `done` once, at once where it was cancelled before. */
export function beginAttempt(plan: AttemptPlan, done: (outcome: AttemptOutcome) => void): void {
  const { server, policy, header, connectTimeout, signal, onread } = plan;
  if (signal.aborted) {
    done({ result: 'Cancelled' });
    return;
  }
  const socket = policy === null ? connectPlain(server, header, onread) : connectTls(server, policy, header);
  const readyEvent = policy === null ? 'connect' : 'secureConnect';
  const finish = (outcome: AttemptOutcome): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancelled);
    socket.off('error', failed).off('close', closed).off(readyEvent, ready);
    if (outcome.result === 'Connected') {
      // Connections of layer 4 come and go; those of HTTP stay.
      (onread === undefined ? keepAlive : keepAliveLater)(socket);
    } else {
      socket.destroy();
    }
    done(outcome);
  };
  const cancelled = (): void => finish({ result: 'Cancelled' });
  const ready = (): void => finish(judge(socket, server, policy));
  const failed = (error: Error | null): void =>
    finish({ result: 'Failed', ...describe(error, server, policy) });
  const closed = (): void => failed(socket.errored);
  const timer = setTimeout(
    () => finish({ result: 'Failed', ...timedOut(server, connectTimeout) }),
    connectTimeout,
  );
  signal.addEventListener('abort', cancelled);
  // Stays for good: an error that nobody waits for must not end the process.
  socket.on('error', ignore).on('close', closed).on(readyEvent, ready);
  if (policy !== null) {
    // Where TLS is on top of a connection of ours, that one's error is told here, and nowhere else; without TLS 'close' is enough.
    socket.on('error', failed);
  }
}

function connectPlain(server: Endpoint, header: Buffer | null, onread?: OnReadOpts): Socket {
  const { address: host, config } = server;
  const socket: Socket = net.connect({
    host,
    port: config.port,
    allowHalfOpen: true,
    noDelay: true,
    onread: onread ?? landingFor(() => socket),
  });
  if (onread !== undefined) {
    socket.pause();
  }
  return header === null ? socket : socket.once('connect', () => socket.write(header));
}

function connectTls(server: Endpoint, policy: TlsPolicy, header: Buffer | null): tls.TLSSocket {
  // @types/node lacks these two, which tls.connect documents.
  const options: tls.ConnectionOptions & { readonly allowHalfOpen: true; readonly onread?: OnReadOpts } = {
    ...(header === null
      ? { host: server.address, port: server.config.port, onread: landingFor(() => socket) }
      : { socket: connectPlain(server, header).on('error', ignore) }),
    allowHalfOpen: true,
    ...policy.options(server.config),
    ...(server.session === undefined ? {} : { session: server.session }),
  };
  const socket = tls.connect(options);
  return socket.setNoDelay(true);
}

function judge(socket: Socket, server: Endpoint, policy: TlsPolicy | null): AttemptOutcome {
  if (policy === null || !(socket instanceof tls.TLSSocket)) {
    return { result: 'Connected', socket };
  }
  const problem = policy.verify(socket, server.config);
  if (problem !== null) {
    server.session = undefined;
    return { result: 'Failed', kind: 'TlsFailed', message: problem };
  }
  // Only sessions of verified connections are kept: a resumed handshake does not look at the name again.
  const session = socket.getSession();
  if (session !== undefined && socket.getProtocol() !== 'TLSv1.3') {
    server.session = session;
  }
  socket.on('session', (ticket: Buffer) => {
    server.session = ticket;
  });
  return { result: 'Connected', socket };
}

function describe(
  error: NodeJS.ErrnoException | null,
  server: Endpoint,
  policy: TlsPolicy | null,
): AttemptFailure {
  if (error === null) {
    return closedEarly(policy);
  }
  const code = error.code ?? error.message;
  const handshake = handshakeFailure(code);
  if (handshake !== null) {
    return { kind: 'TlsFailed', message: handshake };
  }
  switch (code) {
    case 'ECONNREFUSED':
      return {
        kind: 'ConnectFailed',
        message: `nothing listens on ${server.address} port ${server.config.port}: is the server up?`,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        kind: 'ConnectFailed',
        message: `there is no route to ${server.address} (${code}): check network and firewall`,
      };
    case 'ECONNRESET':
      return closedEarly(policy);
    default:
      return { kind: 'ConnectFailed', message: `the connection to ${server.address} failed (${code})` };
  }
}

function closedEarly(policy: TlsPolicy | null): AttemptFailure {
  return policy === null
    ? { kind: 'ConnectFailed', message: 'it closed the connection at once' }
    : {
        kind: 'TlsFailed',
        message: 'it closed the connection during the TLS handshake: does it speak TLS on this port?',
      };
}

function timedOut(server: Endpoint, timeout: number): AttemptFailure {
  return {
    kind: 'ConnectTimeout',
    message: `no answer from ${server.address} within ${timeout} ms: check network, firewall and the connect timeout`,
  };
}

function keepAliveLater(socket: Socket): void {
  const newcomer = newcomers.add(socket);
  socket.on('close', () => newcomers.delete(newcomer));
}

function ignore(): void {}
