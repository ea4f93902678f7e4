import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issue, makeAuthority } from '../../test/support/certificates.ts';
import { freePort } from '../../test/cluster/process/free-port.ts';
import { startDataPlane, type DataPlane } from '../../test/support/data-plane.ts';
import { httpBackend } from '../../test/support/http/proxy.ts';
import {
  startRecordingUpstream,
  type RecordingUpstream,
} from '../../test/support/http/recording-upstream.ts';
import { frontendConfig, proxyConfig } from '../../test/support/proxy-config.ts';

const authority = makeAuthority({ name: 'Test root' });

let upstream: RecordingUpstream;
let plane: DataPlane;
let port: number;

/** One frontend with two certificates, for all hosts. */
beforeAll(async () => {
  upstream = await startRecordingUpstream();
  plane = startDataPlane();
  port = await freePort();
  const names = ['first', 'second'];
  await plane.apply(
    proxyConfig({
      certificates: names.map((name) => ({ name, chainFile: `${name}.crt`, keyFile: `${name}.key` })),
      frontends: [frontendConfig({ name: 'web', port, protocol: 'HTTPS', certificates: names })],
      backends: [httpBackend([upstream.port])],
    }),
    {
      first: issue(authority, { commonName: 'first', dns: ['first.test', '*.first.test'] }),
      second: issue(authority, { commonName: 'second', dns: ['second.test'] }),
    },
  );
});

afterAll(async () => {
  plane.stop();
  await upstream.close();
});

/** The status of the answer to a request for `host` on a connection that was opened for `servername`. */
async function overHttp1(servername: string, host: string): Promise<number | undefined> {
  const request = https.get({
    port,
    host: '127.0.0.1',
    servername,
    agent: false,
    ca: authority.rootPem,
    headers: { host },
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

async function overHttp2(servername: string, host: string): Promise<number | undefined> {
  const session = http2.connect(`https://127.0.0.1:${port}`, { servername, ca: authority.rootPem });
  const stream = session.request({ ':path': '/', ':authority': host });
  const [fields] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & { ':status'?: number }];
  session.destroy();
  return fields[':status'];
}

describe.each([
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
])('over %s a request', (_version, ask) => {
  it.each([
    ['first.test', 'first.test', 200],
    ['first.test', 'a.first.test:443', 200],
    ['second.test', 'SECOND.test', 200],
    ['first.test', 'second.test', 421],
    ['second.test', 'first.test', 421],
    ['second.test', 'unknown.test', 200],
  ])('on a connection for %s that is for %s is answered with %i', async (servername, host, status) => {
    upstream.reset();

    expect(await ask(servername, host)).toBe(status);
    expect(upstream.requests()).toHaveLength(status === 200 ? 1 : 0);
  });
});
