import { createHash } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import type { ParsedRequest } from '../../support/http/messages.ts';
import { startRecordingUpstream } from '../../support/http/recording-upstream.ts';
import { hostOf } from '../outputs.ts';
import { scgiServer } from './scgi.ts';
import type { ApplicationPorts, Sighting } from './types.ts';

/** An application that says how the server before it read a request. */
export interface Application {
  readonly ports: ApplicationPorts;
  readonly close: () => Promise<void>;
}

export async function startApplication(): Promise<Application> {
  const http = await startRecordingUpstream(answer);
  const scgi = scgiServer();
  await new Promise<void>((resolve) => scgi.listen(0, '127.0.0.1', resolve));
  return {
    ports: { scgi: (scgi.address() as AddressInfo).port, http: http.port },
    close: async () => {
      await http.close();
      await new Promise((resolve) => scgi.close(resolve));
    },
  };
}

function answer(request: ParsedRequest, socket: Socket): void {
  const head = `HTTP/1.1 200 OK\r\nX-Seen: ${JSON.stringify(sightingOf(request))}\r\nContent-Length: 2\r\n\r\n`;
  socket.write(request.method === 'HEAD' ? head : `${head}ok`);
}

/** How a request should be seen. */
export function sightingOf(request: ParsedRequest): Sighting {
  const body = Buffer.from(request.body, 'latin1');
  return {
    method: request.method,
    target: request.target,
    host: hostOf(request),
    length: body.length,
    digest: createHash('sha256').update(body).digest('hex'),
  };
}
