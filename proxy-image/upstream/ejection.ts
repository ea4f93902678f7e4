import type { Server } from './server.ts';

/** An exchange that has ended, and with whom. */
export interface JudgedExchange {
  readonly server: Server;
  /** Null, or what the server did wrong. */
  readonly failure: string | null;
  /** All servers of the backend. */
  readonly servers: readonly Server[];
  /** Milliseconds on a monotonic clock. */
  readonly now: number;
  /** Failures in a row that a server may not have. */
  readonly limit: number;
}

/**
 * Gives a server a pause when as many exchanges in a row have failed as the limit says, and again, for longer, when the first one after
 * the pause fails. Never more than half of the servers at a time: what fails everywhere is seldom the fault of the servers, and the
 * others could not bear the load. True when the server was given one.
 */
export function judgeExchange({ server, failure, servers, now, limit }: JudgedExchange): boolean {
  if (failure === null) {
    server.failedExchanges = 0;
    if (server.answers.succeeded()) {
      server.backSince = now;
    }
    return false;
  }
  server.failedExchanges += 1;
  const paused = servers.filter((other) => other !== server && other.answers.avoided(now)).length;
  if (server.failedExchanges < limit || paused + 1 > servers.length / 2) {
    return false;
  }
  server.answers.failed(now, `one exchange after the other has failed, the last one so: ${failure}`);
  return true;
}
