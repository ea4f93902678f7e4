import { createServer } from 'node:net';
import type { FrontendStatus } from '../config/status.ts';
import type { Command, WorkerReport } from './messages.ts';

/** What is needed of a worker. */
export interface ListeningWorker {
  readonly report: WorkerReport | null;
  send(command: Command): void;
}

/**
 * Finds out when workers should try again to listen where they have failed. They must not simply try again and again: the listening
 * sockets are made by Node's cluster module, which loses one with each attempt that fails because the port is taken.
 */
export class PortKeeper {
  #busy = false;

  /** To be called now and then, with reports that are fresh. */
  async check(workers: readonly ListeningWorker[]): Promise<void> {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    for (const worker of workers) {
      for (const frontend of worker.report?.frontends ?? []) {
        if (frontend.state === 'Failed' && (isListenedOn(frontend, workers) || (await isFree(frontend)))) {
          worker.send({ type: 'Listen', address: frontend.address, port: frontend.port });
        }
      }
    }
    this.#busy = false;
  }
}

/** Then the socket is there, and can be shared. */
function isListenedOn({ address, port }: FrontendStatus, workers: readonly ListeningWorker[]): boolean {
  return workers.some(({ report }) =>
    report?.frontends.some(
      (other) => other.state === 'Listening' && other.address === address && other.port === port,
    ),
  );
}

async function isFree({ address, port }: FrontendStatus): Promise<boolean> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: address, port }, () => {
      server.close(() => resolve(true));
    });
  });
}
