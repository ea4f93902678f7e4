import { readSync } from 'node:fs';
import { createServer } from 'node:net';

/** Where somebody listens. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** The variable of the environment that makes a process wait for places and hold them. */
export const HOLD_VARIABLE = 'TEAMWORK_PROXY_HOLD';

/** As many as a worker lets wait: the kernel keeps one number for a socket, the one that was given last. */
const BACKLOG = 4096;
/** How often it looks whether its input has ended. Milliseconds. */
const LOOK_INTERVAL = 500;

/** Waits for the places that the supervisor sends, and holds them. */
export function runHolder(): void {
  process.once('message', (places: readonly Place[]) => void holdPlaces(places));
}

/**
 * Listens at the places as a process of the cluster and stands still, so that the sockets stay open and nothing is accepted from them.
 * Ends when its standard input does: when the supervisor is gone.
 */
async function holdPlaces(places: readonly Place[]): Promise<void> {
  try {
    await Promise.all(places.map(listen));
  } catch {
    process.exit(1);
  }
  process.send?.('Holding', undefined, undefined, () => {
    const never = new Int32Array(new SharedArrayBuffer(4));
    while (!inputHasEnded()) {
      Atomics.wait(never, 0, 0, LOOK_INTERVAL);
    }
    process.exit(0);
  });
}

function inputHasEnded(): boolean {
  try {
    return readSync(0, Buffer.alloc(1)) === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
  }
}

async function listen({ address: host, port }: Place): Promise<void> {
  // As long as not all of them are held, a client might come here, who can't be served.
  const server = createServer({ pauseOnConnect: true }, (socket) => socket.resetAndDestroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, resolve);
  });
}
