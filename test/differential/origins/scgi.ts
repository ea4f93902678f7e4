import { createHash } from 'node:crypto';
import net from 'node:net';
import type { Sighting } from './types.ts';

/** Says by SCGI how the server before it read a request. */
export function scgiServer(): net.Server {
  return net.createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const sighting = readRequest(received);
      if (sighting !== null) {
        const head = `Status: 200 OK\r\nX-Seen: ${JSON.stringify(sighting)}\r\nContent-Length: 2\r\n\r\n`;
        socket.end(sighting.method === 'HEAD' ? head : `${head}ok`);
      }
    });
  });
}

/** `<length>:<name> NUL <value> NUL ...,<body>`; null while it is not complete. */
function readRequest(bytes: Buffer): Sighting | null {
  const colon = bytes.indexOf(':');
  const end = colon + 1 + Number(bytes.toString('latin1', 0, Math.max(colon, 0)));
  if (colon === -1 || bytes.length <= end) {
    return null;
  }
  const words = bytes.toString('latin1', colon + 1, end).split('\0');
  const value = (name: string): string =>
    words[words.findIndex((word, at) => at % 2 === 0 && word === name) + 1] ?? '';
  const body = bytes.subarray(end + 1);
  if (body.length < Number(value('CONTENT_LENGTH'))) {
    return null;
  }
  return {
    method: value('REQUEST_METHOD'),
    target: value('REQUEST_URI'),
    host: value('HTTP_HOST'),
    length: body.length,
    digest: createHash('sha256').update(body).digest('hex'),
  };
}
