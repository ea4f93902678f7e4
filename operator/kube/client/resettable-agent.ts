import type { ClientRequest } from 'node:http';
import { Agent } from 'node:https';
import { type NetConnectOpts, Socket, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** The TCP connection below a TLS one. */
const carriers = new WeakMap<Duplex, Socket>();

/** An agent for TLS whose connections can be reset, which Node offers for TCP alone. */
export class ResettableAgent extends Agent {
  override createConnection(
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const carrier = connect(options as NetConnectOpts);
    const secure = super.createConnection({ ...options, socket: carrier } as typeof options, callback);
    if (secure) carriers.set(secure, carrier);
    return secure;
  }
}

/**
 * Takes back a request as far as that is possible: what the kernel still holds of it is thrown away. A connection that is just closed goes on
 * sending what was written, for minutes if the network is away.
 */
export function reset({ socket }: ClientRequest): void {
  if (socket === null) return;
  const carrier = carriers.get(socket) ?? socket;
  if (carrier instanceof Socket && !carrier.connecting && !carrier.destroyed) carrier.resetAndDestroy();
}
