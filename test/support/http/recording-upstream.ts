import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { parseRequests, type ParsedRequest } from './messages.ts';

/** One connection that a server accepted, and everything that came on it. */
export interface RecordedConnection {
  /** Latin-1. */
  bytes: string;
  /** True once the other side has ended or cut it. */
  ended: boolean;
}

/** A server that writes down every byte and answers each complete request. */
export interface RecordingUpstream {
  readonly port: number;
  /** All connections, in the order in which they came. */
  readonly sockets: readonly Socket[];
  /** Complete requests since the last `reset`, on whatever connection, in the order of their arrival. */
  requests(): readonly ParsedRequest[];
  /** The connections since the last `reset` that have received something since. */
  connections(): readonly RecordedConnection[];
  /** Forgets the bytes so far; connections stay open. */
  reset(): void;
  close(): Promise<void>;
}

const RESPONSE_BODY = 'served';

/** `answer` is called with each complete request, and writes the response. */
export async function startRecordingUpstream(
  answer: (request: ParsedRequest, socket: Socket) => void = serveAll,
): Promise<RecordingUpstream> {
  const completed: ParsedRequest[] = [];
  const sockets: Socket[] = [];
  const records = new Map<Socket, RecordedConnection & { answered: number }>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const record = { bytes: '', ended: false, answered: 0 };
    records.set(socket, record);
    sockets.push(socket);
    const gone = (): void => {
      record.ended = true;
      socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => {
      record.bytes += chunk.toString('latin1');
      const { requests } = parseRequests(record.bytes);
      for (const request of requests.slice(record.answered)) {
        completed.push(request);
        answer(request, socket);
      }
      record.answered = requests.length;
    });
    socket.on('end', gone).on('error', gone).on('close', gone);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    requests: () => [...completed],
    connections: () => [...records.values()].filter(({ bytes }) => bytes !== ''),
    reset: () => {
      completed.length = 0;
      for (const [socket, record] of records) {
        if (record.ended) {
          records.delete(socket);
        }
        record.bytes = '';
        record.answered = 0;
      }
    },
    close: async () => {
      for (const socket of records.keys()) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serveAll({ method }: ParsedRequest, socket: Socket): void {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${RESPONSE_BODY.length}\r\n\r\n`;
  socket.write(method === 'HEAD' ? head : head + RESPONSE_BODY);
}
