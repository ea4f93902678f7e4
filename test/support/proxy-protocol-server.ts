import type { Socket } from 'node:net';
import type { ProxyHeader } from '../../proxy-image/proxy-protocol/types.ts';
import { readProxyHeader } from '../../proxy-image/proxy-protocol/read.ts';
import { startTcpServer } from './tcp.ts';
import type { TcpServer } from './tcp.ts';

/** A server that expects a PROXY header at the beginning of every connection. */
export interface ProxyProtocolServer extends TcpServer {
  /** The headers of its connections, in the order in which they were complete. */
  readonly headers: readonly ProxyHeader[];
}

/** `onConnection` is given a connection without its header. One that does not begin with a header is reset. */
export async function startProxyProtocolServer(
  onConnection: (socket: Socket) => void,
): Promise<ProxyProtocolServer> {
  const headers: ProxyHeader[] = [];
  const server = await startTcpServer((socket) => {
    let bytes = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      const reading = readProxyHeader(bytes);
      if (reading.state === 'Incomplete') {
        return;
      }
      socket.pause().off('data', read);
      if (reading.state !== 'Complete') {
        socket.resetAndDestroy();
        return;
      }
      headers.push(reading.header);
      if (reading.length < bytes.length) {
        socket.unshift(bytes.subarray(reading.length));
      }
      onConnection(socket);
    };
    socket.on('data', read);
  });
  return { ...server, headers };
}
