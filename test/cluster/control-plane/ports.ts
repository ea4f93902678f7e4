import { createServer } from 'node:net';

/** A TCP port of loopback that was free a moment ago. Somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error('The kernel gave no TCP port'));
        } else {
          resolve(address.port);
        }
      });
    });
  });
}
