import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Where ports are taken from: below those that Linux gives to clients (32768 and up), one of which may take a port between its being
 * chosen and its being listened on. Each of Jest's workers has a part of its own, for the same reason.
 */
const first = 12_000;
const perWorker = 2000;
const workers = 8;

const worker = Number(process.env['JEST_WORKER_ID'] ?? 0) % workers;
let next = Math.floor(Math.random() * perWorker);

/** A TCP port that nothing listens on, on any address of this host, and that is not given to anybody else soon. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < perWorker; attempt += 1) {
    const port = first + worker * perWorker + (next % perWorker);
    next += 1;
    if (await canBeListenedOn(port)) return port;
  }
  throw new Error(`There is no free TCP port from ${first + worker * perWorker} on`);
}

async function canBeListenedOn(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
