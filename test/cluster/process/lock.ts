import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 500;

/**
 * Runs `work` while no other process on this host holds the lock of that name; waits if one does. The lock is a socket in
 * Linux's abstract namespace: the kernel frees it when its holder dies, so none can go stale.
 *
 * @param onWait called once if the lock is held by somebody else
 */
export async function withLock<T>(name: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const address = `\0teamwork-proxy-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  let server = await tryListen(address);
  if (server === undefined) {
    onWait();
  }
  while (server === undefined) {
    await delay(pollMs);
    server = await tryListen(address);
  }

  try {
    return await work();
  } finally {
    server.close();
  }
}

async function tryListen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
    server.listen(address, () => resolve(server));
  });
}
