import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { get } from '../../operator/demo/checks/http.ts';
import { freePort } from '../cluster/process/free-port.ts';
import { HOSTNAME, makeKeystore, makeSiteAuthority, PASSWORD } from './support/site.ts';
import { RunningProgram } from './support/tproxy.ts';

/** Much more than any of this takes on a busy machine. */
jest.setTimeout(60_000);

const authority = makeSiteAuthority();
const cleanup = new AsyncDisposableStack();
/** The header fields of the requests that the server has got. */
const asked: IncomingHttpHeaders[] = [];

let folder: string;
let serverPort: number;
let flowPort: number;

/** A server that says too much of itself, and has ideas of its own about HSTS. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policies-'));
  cleanup.defer(async () => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'keystore.p12'), makeKeystore(authority));
  await writeFile(join(folder, 'password'), PASSWORD);
  flowPort = await freePort();
  const server = createServer(({ headers }, response) => {
    asked.push(headers);
    response.setHeader('Strict-Transport-Security', ['max-age=1', 'max-age=2']);
    response.setHeader('Server', 'Apache Tomcat/9.0.1');
    response.end('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.defer(() => void server.close());
  serverPort = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  await cleanup.disposeAsync();
});

async function manifest(name: string, policies: object): Promise<string> {
  const file = join(folder, `${name}.json`);
  const resource = {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { name: 'twc' },
    spec: {
      certificates: [
        {
          name: 'public',
          secretRef: { name: 'keystore' },
          keystore: { passwordRef: { name: 'keystore', key: 'password' } },
        },
      ],
      frontends: [
        {
          name: 'web',
          port: flowPort,
          protocol: 'HTTPS',
          certificates: ['public'],
          policies,
          redirects: [{ from: '/', to: '/webapp' }],
          routes: [
            { paths: ['/webapp'], backend: 'webapp' },
            {
              paths: ['/limited'],
              backend: 'webapp',
              policies: { rateLimit: { requests: 1, per: '24h' } },
            },
          ],
        },
      ],
      backends: [{ name: 'webapp', protocol: 'HTTP', servers: [{ host: '127.0.0.1', port: serverPort }] }],
    },
  };
  await writeFile(file, JSON.stringify(resource));
  return file;
}

function tproxy(...args: readonly string[]): RunningProgram {
  return new RunningProgram('operator/cli/tproxy.ts', [...args, '--secret', `keystore=${folder}`], {
    XDG_RUNTIME_DIR: folder,
  });
}

describe('policies', () => {
  it('of a manifest count on the wire', async () => {
    const file = await manifest('good', {
      hsts: { maxAge: '8760h', includeSubDomains: true },
      forwarded: 'Both',
      sources: { allow: ['127.0.0.0/8'] },
      securityHeaders: {},
      requestFilter: { methods: ['GET'], deniedPaths: [{ path: '/webapp/admin' }] },
      cors: { origins: ['https://*.example.com'], methods: ['PUT'], credentials: true, maxAge: '1h' },
      headers: {
        request: { set: [{ name: 'X-Application', value: 'webapp' }] },
        response: { set: [{ name: 'X-Frame-Options', value: 'DENY' }], remove: ['server'] },
      },
    });
    await using program = tproxy('run', '--workers', '1', '--drain-timeout', '1s', file);
    await program.printed(/TeamworkProxy default\/twc is served/);
    const [, address = '', port = ''] = await program.printed(/^web .* ([0-9.]+):([0-9]+) {2}/m);
    const endpoint = { address, port: Number(port), hostname: HOSTNAME, ca: authority.rootPem };

    const page = await get(endpoint, '/webapp');
    const redirect = await get(endpoint, '/');
    const session = connect(`https://${address}:${port}`, { servername: HOSTNAME, ca: authority.rootPem });
    const [fields] = (await once(session.request({ ':path': '/webapp' }), 'response')) as [
      IncomingHttpHeaders,
    ];
    const asking = {
      ':method': 'OPTIONS',
      ':path': '/webapp',
      origin: 'https://app.example.com',
      'access-control-request-method': 'PUT',
    };
    const [preflight] = (await once(session.request(asking), 'response')) as [IncomingHttpHeaders];
    const denied = session.request({ ':path': '/webapp/%61dmin/x' });
    const [refused] = (await once(denied, 'response')) as [IncomingHttpHeaders];
    const limited = async (): Promise<IncomingHttpHeaders> => {
      const [answer] = (await once(session.request({ ':path': '/limited' }), 'response')) as [
        IncomingHttpHeaders,
      ];
      return answer;
    };
    const answers = [await limited(), await limited()];
    session.destroy();

    const expected = {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'content-security-policy': "frame-ancestors 'self'",
    };
    expect(page.headers).toMatchObject(expected);
    expect(page.headers).not.toHaveProperty('server');
    expect(redirect.headers).toMatchObject({ ...expected, location: '/webapp' });
    expect(fields).toMatchObject(expected);
    expect(fields).not.toHaveProperty('server');
    expect(preflight).toMatchObject({
      ':status': 204,
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-max-age': '3600',
    });
    expect(refused).toMatchObject({ ...expected, ':status': 403 });
    expect(answers.map((answer) => answer[':status'])).toEqual([200, 429]);
    expect(answers[1]).toMatchObject({
      'strict-transport-security': expected['strict-transport-security'],
      'ratelimit-policy': '"requests";q=1;w=86400',
    });
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({
      'x-application': 'webapp',
      forwarded: `for=127.0.0.1;host="${HOSTNAME}:${port}";proto=https`,
    });
  });

  it('that can not be carried out are refused, each at its field', async () => {
    const file = await manifest('bad', {
      headers: {
        request: { set: [{ name: 'Host', value: 'a' }] },
        response: { add: [{ name: 'X-A', value: 'a\r\nSet-Cookie: b=c' }] },
      },
    });
    await using split = tproxy('check', file);
    const code = await split.ended();

    expect(code).toBe(1);
    expect(split.output).toContain(
      'spec.frontends[0].policies.headers.response.add[0].value: must be one line of printable ASCII',
    );
  });
});
