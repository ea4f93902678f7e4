import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import tls from 'node:tls';
import type { ForwardConfig, FrontendConfig } from '../../../proxy-image/config/types.ts';
import { forwardConfig, frontendConfig } from '../../support/proxy-config.ts';

/** A server that keeps the first line of all that comes, and how many connections there have been. */
export interface Recorder {
  readonly port: number;
  readonly lines: string[];
  connections: number;
  close(): Promise<void>;
}

/** Starts one; speaks TLS with these options. */
export async function record(host: string, port = 0, options?: tls.TlsOptions): Promise<Recorder> {
  const recorder: Recorder = { port: 0, lines: [], connections: 0, close: async () => undefined };
  const serve = (socket: net.Socket): void => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      recorder.lines.push(chunk.toString('latin1').split('\r\n', 1)[0] ?? '');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  };
  const server: Server = options === undefined ? net.createServer(serve) : tls.createServer(options, serve);
  server.on('connection', () => {
    recorder.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  return Object.assign(recorder, {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const ONLY_TM1 = { allowedHosts: ['tm1.example.com'], oauthAllowedHosts: [], targets: 64 };

/** A frontend whose requests name their target; `tm1.example.com` alone, if nothing else is said. */
export function forwarding(name: string, port: number, forward: Partial<ForwardConfig>): FrontendConfig {
  const { backend: _backend, ...rest } = frontendConfig({ name, port, protocol: 'HTTP' });
  return { ...rest, routes: [{ paths: ['/'], forward: forwardConfig({ ...ONLY_TM1, ...forward }) }] };
}

/** Status of the answer to one request on a connection of its own; 0 for none. */
export async function ask(port: number, target: string): Promise<number> {
  const socket = net.connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.end(`GET ${target} HTTP/1.1\r\nHost: proxy.example.com\r\nConnection: close\r\n\r\n`, 'latin1');
  await once(socket, 'close');
  return Number(answer.slice(9, 12));
}
