import { sourceOf } from '../addresses/source.ts';
import type { Listener } from './listener.ts';
import type { Refusal } from './refusal.ts';
import type { AcceptedConnection } from './types.ts';

/**
 * Decides whether a client is served, now that its address is known; null when it is. A trusted load balancer that connects for itself is
 * no client: it would take a refusal for a proxy that is down.
 */
export function admitSource(connection: AcceptedConnection, listener: Listener): Refusal | null {
  const { sourceAddress, local, socket } = connection;
  const { frontend, sources } = listener;
  if (local || socket.destroyed) {
    return null;
  }
  if (frontend.allows !== null && !frontend.allows(sourceAddress)) {
    return { reason: 'SourceRange', error: 'the source is in none of the sourceRanges' };
  }
  const { connectionsPerSource: limit } = frontend.config.limits;
  if (limit === undefined) {
    return null;
  }
  const source = sourceOf(sourceAddress);
  if (!sources.enter(source, limit)) {
    return {
      reason: 'SourceLimit',
      error: `${source} has ${limit} connections already, as many as limits.connectionsPerSource allows`,
    };
  }
  socket.once('close', () => sources.leave(source));
  return null;
}
