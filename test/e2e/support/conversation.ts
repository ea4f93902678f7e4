import { setTimeout as delay } from 'node:timers/promises';
import type { JavaClient } from './java-client.ts';
import { speakerLogs } from './speakers.ts';

/** Clients that talk without a pause until they are told to stop. */
export interface Conversation {
  /**
   * @returns how many times every client has sent something and got it back
   * @throws if one of them has lost its connection, or got something else back; with what MetalLB did meanwhile, as an address that moves
   * to another node ends the connections through it
   */
  stop(): Promise<number>;
}

/** Has every client send bytes and get them back, again and again. */
export function keepTalking(clients: readonly JavaClient[]): Conversation {
  const stopping = new AbortController();
  const talk = async (): Promise<number> => {
    let rounds = 0;
    while (!stopping.signal.aborted) {
      await Promise.all(clients.map((client) => client.echo(1000)));
      rounds += 1;
      await delay(10);
    }
    return rounds;
  };
  const outcome = talk();
  // Whoever stops it sees why it failed; until then that must not count as unhandled.
  outcome.catch(() => undefined);
  return {
    async stop() {
      stopping.abort();
      return outcome.catch(async (cause: unknown) => {
        throw new Error(`${String(cause)}\nThe speakers:\n${await speakerLogs().catch(String)}`, { cause });
      });
    },
  };
}
