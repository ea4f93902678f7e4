import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Where a server listens; on a free loopback port if left out. */
export interface Place {
  readonly host?: string;
  readonly port?: number;
}

/** A server on a loopback port that is closed, with its connections, by `close`. */
export interface TcpServer {
  readonly port: number;
  readonly server: Server;
  /** Its connections, in the order in which they came. */
  readonly connections: readonly Socket[];
  /** The connection with this index, as soon as there is one. */
  connection(index: number): Promise<Socket>;
  close(): Promise<void>;
}

/** Starts a server that leaves half-closed connections open. Errors of its connections are left to whoever looks at them. */
export async function startTcpServer(
  onConnection: (socket: Socket) => void = () => undefined,
  { host = '127.0.0.1', port = 0 }: Place = {},
): Promise<TcpServer> {
  const connections: Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    connections.push(socket);
    onConnection(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: portOf(server),
    server,
    connections,
    async connection(index) {
      while (connections.length <= index) {
        await once(server, 'connection');
      }
      const socket = connections[index];
      if (socket === undefined) {
        throw new Error(`there is no connection ${index}`);
      }
      return socket;
    },
    async close() {
      for (const socket of connections) {
        socket.destroy();
      }
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Sends back what it receives, and ends when its client has ended. */
export async function startEchoServer(place?: Place): Promise<TcpServer> {
  return startTcpServer((socket) => socket.pipe(socket), place);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Connects, and leaves its own half open when the other side ends. */
export async function connectTcp(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = net.connect({ host, port, noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** Everything up to the end of what the other side sends; rejects when it is reset. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The next `length` bytes. */
export async function readBytes(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) {
      return bytes;
    }
    await once(socket, 'readable');
  }
}

/** What comes up to a text, that text included. */
export async function readUntil(socket: Socket, end: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  while (!Buffer.concat(chunks).includes(end)) {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) {
      await once(socket, 'readable');
    } else {
      chunks.push(bytes);
    }
  }
  return Buffer.concat(chunks);
}

/** Sends a text and gives what comes back of the same length. */
export async function roundTrip(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return (await readBytes(socket, Buffer.byteLength(text))).toString();
}

/** How a connection ends: by a FIN from the other side, or by an error such as `ECONNRESET`. Reads and drops what comes until then. */
export async function howItEnds(socket: Socket): Promise<string> {
  socket.resume();
  return new Promise((resolve) => {
    socket.once('end', () => resolve('FIN'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
