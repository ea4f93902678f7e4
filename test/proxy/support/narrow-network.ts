/**
 * Runs in a network of its own, where it lets sockets send only 8 KiB ahead, so that most writes of the proxy have to wait: eight clients at a
 * time send a large body each, and eight get one each, by every road through the proxy. Prints the bodies that arrived, as JSON.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { ProxyConfig } from '../../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';
import { backendConfig, frontendConfig, proxyConfig } from '../../support/proxy-config.ts';
import { startProxy } from '../../support/proxy-process.ts';
import { freePort } from '../../cluster/process/free-port.ts';
import { startTcpServer } from '../../support/tcp.ts';

/** One body that arrived somewhere. */
export interface Arrival {
  readonly road: string;
  readonly way: 'Upload' | 'Download';
  readonly length: number;
  /** The different bytes in it; of a body that is as it was sent there is one. */
  readonly letters: string;
}

/** Bytes of each body. */
export const BODY_LENGTH = 500_000;
export const CLIENTS = 8;

const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

/** Holds connections back until there are as many as clients, then reads them one after the other. */
class Gate {
  #waiting: Socket[] = [];

  hold(socket: Socket): void {
    socket.pause();
    this.#waiting.push(socket);
    if (this.#waiting.length === CLIENTS) {
      for (const held of this.#waiting.splice(0)) {
        held.resume();
      }
    }
  }
}

const arrivals: Arrival[] = [];
let road = '';

function arrived(way: Arrival['way'], body: Buffer): void {
  const letters = [...new Set(body)].map((code) => String.fromCodePoint(code)).join('');
  arrivals.push({ road, way, length: body.length, letters });
}

/** Answers `GET /X` with a body of X, and `POST /X` when it has read the body. Each connection carries one request. */
async function startServer() {
  const gate = new Gate();
  return startTcpServer((socket) => {
    let received = Buffer.alloc(0);
    let headEnd = 0;
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (headEnd === 0 && received.includes('\r\n\r\n')) {
        headEnd = received.indexOf('\r\n\r\n') + 4;
        gate.hold(socket);
      }
      const isUpload = received.toString('latin1', 0, 4) === 'POST';
      if (headEnd === 0 || (isUpload && received.length < headEnd + BODY_LENGTH)) {
        return;
      }
      if (isUpload) {
        arrived('Upload', received.subarray(headEnd));
      }
      const letter = received.toString('latin1').split('/')[1]?.[0] ?? '?';
      const body = isUpload ? '' : letter.repeat(BODY_LENGTH);
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
  });
}

/** Sends one request, and reads the answer when all clients have sent theirs and something has come for each. */
async function request(socket: Socket, message: string, gate: Gate): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (chunks.length === 1) {
      gate.hold(socket);
    }
  });
  socket.write(message);
  await once(socket, 'end');
  socket.destroy();
  const response = Buffer.concat(chunks);
  return response.subarray(response.indexOf('\r\n\r\n') + 4);
}

/** How many bytes sockets take that are not sent yet: of those that are opened, or begin to listen, from now on. */
async function sendAhead(bytes: number): Promise<void> {
  await writeFile('/proc/sys/net/ipv4/tcp_wmem', `4096 ${bytes} ${bytes}`);
}

const authority = makeAuthority({ name: 'Narrow network' });
const certificate = issue(authority, { commonName: 'localhost', dns: ['localhost'] });
// The server's sockets can send far ahead, so that the proxy reads large pieces; all that are opened later can send 8 KiB ahead.
await sendAhead(1_048_576);
const server = await startServer();
await sendAhead(8_192);
const ports = {
  HTTP: await freePort(),
  HTTPS: await freePort(),
  TCP: await freePort(),
  TLS: await freePort(),
};
const config: ProxyConfig = proxyConfig({
  certificates: [{ name: 'public', chainFile: 'public.crt', keyFile: 'public.key' }],
  frontends: Object.entries(ports).map(([name, port]) => {
    const protocol = name as keyof typeof ports;
    const backend = protocol.startsWith('HTTP') ? 'http' : 'tcp';
    return frontendConfig({ name: name.toLowerCase(), port, protocol, backend });
  }),
  backends: [
    backendConfig([server.port], { name: 'http', protocol: 'HTTP' }),
    backendConfig([server.port], { name: 'tcp' }),
  ],
});
const files = { 'public.crt': certificate.chainPem, 'public.key': certificate.keyPem };
const proxy = await startProxy({ config, files, args: ['--workers=1'] });
try {
  for (const [name, port] of Object.entries(ports)) {
    road = name;
    const connect = async (): Promise<Socket> => {
      const secure = name === 'HTTPS' || name === 'TLS';
      const socket = secure
        ? tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority.rootPem })
        : net.connect({ port, host: '127.0.0.1' });
      await once(socket, secure ? 'secureConnect' : 'connect');
      return socket;
    };
    const uploads = new Gate();
    await Promise.all(
      LETTERS.map(async (letter) => {
        const head = `POST /${letter} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${BODY_LENGTH}\r\n\r\n`;
        return request(await connect(), head + letter.repeat(BODY_LENGTH), uploads);
      }),
    );
    const downloads = new Gate();
    await Promise.all(
      LETTERS.map(async (letter) => {
        const head = `GET /${letter} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
        arrived('Download', await request(await connect(), head, downloads));
      }),
    );
  }
} finally {
  await proxy.remove();
  await server.close();
}
process.stdout.write(JSON.stringify(arrivals));
