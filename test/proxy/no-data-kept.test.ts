import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { FrontendConfig, RoutePolicies } from '../../proxy-image/config/types.ts';
import { issue, makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { backendConfig, frontendConfig, proxyConfig, forwardConfig } from '../support/proxy-config.ts';
import { startProxy } from '../support/proxy-process.ts';
import type { ProxyProcess } from '../support/proxy-process.ts';
import { freePort } from '../cluster/process/free-port.ts';

jest.setTimeout(60_000);

/** What is nobody's business, by what it is. Random, so that it can't be there by chance. */
const secret = (what: string): string => `${what}-${randomBytes(12).toString('hex')}`;
const SECRETS = {
  password: secret('password'),
  token: secret('token'),
  session: secret('session'),
  query: secret('query'),
  requestBody: secret('request-body'),
  responseBody: secret('response-body'),
  newSession: secret('new-session'),
  code: secret('code'),
  field: secret('field'),
  apiKey: secret('api-key'),
} as const;
const BASIC = Buffer.from(`admin:${SECRETS.password}`).toString('base64');
/** That is to be found, so that what is looked through is the right thing. */
const MARK = 'Marked-Cubes';

const authority = makeAuthority({ name: 'Test root' });
const site = issue(authority, { commonName: 'localhost', dns: ['localhost'] });

let proxy: ProxyProcess;
let server: Server;
let [port, tlsPort, serverPort] = [0, 0, 0];

/** A server that gives secrets away, and goes wrong in each way that its path says. */
beforeAll(async () => {
  server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://server');
    incoming.resume();
    switch (pathname) {
      case '/closes':
        incoming.socket.destroy();
        return;
      case '/breaks':
        response.writeHead(200, { 'Content-Length': '1000000' });
        response.write(SECRETS.responseBody, () => incoming.socket.destroy());
        return;
      case '/malformed':
        incoming.socket.end(`HTTP/1.1 200 OK\r\nX: ${SECRETS.code}\0\r\n\r\n${SECRETS.responseBody}`);
        return;
      default:
        response.writeHead(pathname === '/elsewhere' ? 302 : pathname === '/fails' ? 503 : 201, {
          'Set-Cookie': `TM1SessionId=${SECRETS.newSession}; Path=/api/; HttpOnly`,
          Location: `https://evil.example/callback?code=${SECRETS.code}#${SECRETS.code}`,
          'WWW-Authenticate': `CAMPassport ${SECRETS.token}`,
          'X-Secret': SECRETS.field,
        });
        incoming.on('end', () => response.end(SECRETS.responseBody));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  serverPort = (server.address() as AddressInfo).port;
  [port, tlsPort] = [await freePort(), await freePort()];
  proxy = await startProxy({
    config: proxyConfig({
      accessLog: 'All',
      certificates: [{ name: 'public', chainFile: 'public.crt', keyFile: 'public.key' }],
      frontends: [
        frontend({ name: 'plain', port, protocol: 'HTTP' }),
        frontend({ name: 'tls', port: tlsPort, protocol: 'HTTPS' }),
      ],
      backends: [
        backendConfig([serverPort], {
          protocol: 'HTTP',
          stickyCookie: { name: 'twp', sameSite: 'Lax', key: 'a'.repeat(64) },
        }),
      ],
    }),
    files: { 'public.crt': site.chainPem, 'public.key': site.keyPem },
    args: ['--log-level', 'debug', '--workers', '1'],
  });
});

afterAll(async () => {
  await proxy?.remove();
  server?.closeAllConnections();
  server?.close();
});

const POLICIES: RoutePolicies = {
  cors: {
    origins: ['https://sheets.example.com'],
    methods: ['GET', 'POST'],
    headers: ['Authorization'],
    exposedHeaders: [],
    credentials: true,
    maxAgeSeconds: 60,
  },
  rateLimit: { requests: 9, windowMs: 86_400_000, burst: 9, key: 'Header', name: 'X-Api-Key' },
};

function frontend(parts: Partial<Omit<FrontendConfig, 'limits' | 'timeouts'>>): FrontendConfig {
  return frontendConfig({
    ...parts,
    routes: [
      {
        paths: ['/to'],
        forward: forwardConfig({ cookies: { sameSite: 'None', partitioned: true } }),
        policies: POLICIES,
      },
    ],
    limits: { bodyBytes: 1_000_000 },
  });
}

const FIELDS = {
  Authorization: `Basic ${BASIC}`,
  Cookie: `TM1SessionId=${SECRETS.session}; twp=${SECRETS.session}`,
  'X-Api-Key': SECRETS.apiKey,
  'X-Secret': SECRETS.field,
  Origin: 'https://sheets.example.com',
};

/** Sends one request with all secrets in it; its status, 0 where the connection broke. */
async function ask(path: string, method = 'POST', fields: object = {}): Promise<number> {
  const asking = request({
    port,
    host: '127.0.0.1',
    method,
    path: `${path}?token=${SECRETS.query}&password=${SECRETS.password}`,
    headers: { Host: 'localhost', ...FIELDS, ...fields },
  });
  asking.end(method === 'POST' ? JSON.stringify({ password: SECRETS.requestBody }) : undefined);
  return new Promise((resolve) => {
    asking.on('error', () => resolve(0));
    asking.on('response', (response) => {
      response.on('error', () => undefined);
      response.on('close', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
  });
}

/** Sends bytes that are no good request, and waits until the connection is closed. */
async function sendRaw(text: string): Promise<void> {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  socket.end(text);
  await once(socket, 'close');
}

async function askOverHttp2(path: string): Promise<void> {
  const session = connectHttp2(`https://localhost:${tlsPort}`, { ca: authority.rootPem });
  const stream = session.request({
    ':path': `${path}?token=${SECRETS.query}`,
    ':method': 'POST',
    authorization: FIELDS.Authorization,
    cookie: FIELDS.Cookie,
  });
  stream.on('error', () => undefined);
  stream.end(SECRETS.requestBody);
  stream.resume();
  await once(stream, 'close');
  session.close();
}

/** Everything that the proxy has written or tells, by where it is. */
async function kept(): Promise<ReadonlyMap<string, string>> {
  const pages = ['/metrics', '/status', '/healthz', '/readyz'].map(
    async (path) => [path, (await proxy.get(path)).body] as const,
  );
  const names = await readdir(proxy.folder, { recursive: true });
  const files = names.map(
    async (name) => [name, await readFile(join(proxy.folder, name), 'latin1')] as const,
  );
  return new Map([
    ['access log', JSON.stringify(proxy.access)],
    ['log', JSON.stringify(proxy.log)],
    ...(await Promise.all(pages)),
    ...(await Promise.all(files)),
  ]);
}

describe('the proxy, with its log on full,', () => {
  it('keeps nothing of bodies, credentials, cookies and queries, whatever becomes of a request', async () => {
    const to = `/to/127.0.0.1:${serverPort}`;
    const statuses = [
      await ask(`${to}/${MARK}`),
      await ask(`/${MARK}`),
      await ask(`${to}/elsewhere`),
      await ask(`${to}/fails`),
      await ask(`${to}/closes`),
      await ask(`${to}/malformed`),
      await ask('/to/evil.example/x'),
      await ask(to, 'OPTIONS', { 'Access-Control-Request-Method': 'POST' }),
      await ask(to, 'POST', { Origin: 'https://evil.example' }),
      await ask(to, 'POST', { 'Content-Length': '2000000' }),
      await ask(to, 'GET'),
      await ask(to, 'GET'),
    ];
    // How much of this one arrives before the connection is reset is nobody's promise.
    await ask(`${to}/breaks`, 'GET', { 'X-Api-Key': 'another' });
    await sendRaw(`GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization : Basic ${BASIC}\r\n\r\n`);
    await sendRaw(`GET /?${SECRETS.query} HTTP/1.1\r\nCookie: TM1SessionId=${SECRETS.session}\r\n\r\n`);
    await sendRaw(`${SECRETS.requestBody}\r\n\r\n`);
    await sendRaw(
      `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${SECRETS.requestBody}`,
    );
    await sendRaw(`GET https://admin:${SECRETS.password}@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await askOverHttp2(`${to}/${MARK}`);
    await askOverHttp2('/closes');
    await eventually('the lines of all requests', async () => proxy.access.length >= 20 || undefined);

    const places = await kept();
    const found = [...places].flatMap(([place, text]) =>
      [...Object.values(SECRETS), BASIC]
        .filter((one) => text.includes(one))
        .map((one) => `${one} in ${place}`),
    );

    expect(found).toEqual([]);
    expect(statuses).toEqual([201, 201, 502, 503, 502, 502, 403, 204, 403, 413, 201, 429]);
    expect(places.get('access log')).toContain(MARK);
  });

  it('writes no file', async () => {
    await ask(`/to/127.0.0.1:${serverPort}/x`);

    expect((await readdir(proxy.folder)).toSorted()).toEqual(['config.json', 'public.crt', 'public.key']);
    expect(await filesOpenForWriting(await treeOf(proxy.pid))).toEqual([]);
  });
});

/** A process and what it has started. */
async function treeOf(pid: number): Promise<readonly number[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').map(Number);
  const trees = await Promise.all(children.filter((child) => child > 0).map(treeOf));
  return [pid, ...trees.flat()];
}

/** Regular files that any of the processes has open to be written to. */
async function filesOpenForWriting(pids: readonly number[]): Promise<readonly string[]> {
  const open = await Promise.all(
    pids.map(async (pid) => {
      const numbers = await readdir(`/proc/${pid}/fdinfo`);
      const entries = numbers.map(async (number) => {
        const flags = /flags:\s+([0-7]+)/.exec(await readFile(`/proc/${pid}/fdinfo/${number}`, 'utf8'))?.[1];
        const target = await readlink(`/proc/${pid}/fd/${number}`);
        const writes = (Number.parseInt(flags ?? '0', 8) & 3) !== 0;
        return writes && target.startsWith('/') && !target.startsWith('/dev/') ? [target] : [];
      });
      return (await Promise.all(entries)).flat();
    }),
  );
  return open.flat();
}
