import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, type Socket, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { issue, makeAuthority } from '../../../test/support/certificates.ts';
import { createHttpsTransport } from './https-transport.ts';
import { readText } from './status.ts';
import type { Transport, TransportRequest } from './transport.ts';

let server: Server;
let transport: Transport;
let seen: { readonly request: IncomingMessage; readonly body: string; readonly socket: Socket }[];
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  seen = [];
  respond = (response) => response.end('{}');
  server = createServer((request, response) => {
    void readText(request).then((body) => {
      seen.push({ request, body, socket: request.socket });
      respond(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  transport = createHttpsTransport(configFor(`http://127.0.0.1:${port}/prefix/`));
});

function ownCertificate(): { cert: string; key: string } {
  const { chainPem, keyPem } = issue(makeAuthority({ name: 'test' }), { commonName: '127.0.0.1' });
  return { cert: chainPem, key: keyPem };
}

function configFor(url: string): KubeConfig {
  const config = new KubeConfig();
  const cluster = { name: 'test', server: url, skipTLSVerify: true };
  config.loadFromClusterAndUser(cluster, { name: 'test', token: 'secret-token' });
  return config;
}

afterEach(async () => {
  transport.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function send(request: Partial<TransportRequest> = {}): Promise<string> {
  const { signal } = new AbortController();
  const response = await transport.send({ method: 'GET', path: '/api', headers: {}, signal, ...request });
  return readText(response.body);
}

describe('the transport', () => {
  it("sends credentials, and keeps the path of the server's address", async () => {
    await send({ headers: { accept: 'application/json' } });

    expect(seen[0]?.request.url).toBe('/prefix/api');
    expect(seen[0]?.request.headers).toMatchObject({
      authorization: 'Bearer secret-token',
      accept: 'application/json',
    });
  });

  it('uses a connection again', async () => {
    await send();
    await send({ method: 'DELETE', body: '{"kind":"DeleteOptions"}' });
    await send();

    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
    expect(seen[1]?.body).toBe('{"kind":"DeleteOptions"}');
  });

  it('sends a request again when the server closes a kept connection at that moment', async () => {
    await send();
    respond = (response) => {
      respond = (next) => next.end('{"again":true}');
      response.socket?.resetAndDestroy();
    };

    await expect(send({ method: 'PATCH', body: '{}' })).resolves.toBe('{"again":true}');
    expect(seen).toHaveLength(3);
  });

  it.each([
    { desc: 'a creation, which may have happened', before: 1, method: 'POST' as const },
    { desc: 'a request on a new connection', before: 0, method: 'GET' as const },
  ])('does not send again $desc', async ({ before, method }) => {
    for (let count = 0; count < before; count += 1) await send();
    respond = (response) => void response.socket?.resetAndDestroy();

    await expect(send({ method })).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(seen).toHaveLength(before + 1);
  });

  it('asks for leave when the connection stands, also where it is used again, and sends nothing without', async () => {
    const opened: number[] = [];
    server.on('connection', () => opened.push(seen.length));
    const refuse = () => {
      throw new Error(`not the leader, with ${opened.length} connections`);
    };

    await expect(send({ method: 'PATCH', body: '{}', beforeSending: refuse })).rejects.toThrow(
      /^not the leader/,
    );
    await send();
    await expect(send({ method: 'PATCH', body: '{}', beforeSending: refuse })).rejects.toThrow(
      'not the leader, with 2 connections',
    );

    expect(seen.map(({ request }) => request.method)).toEqual(['GET']);
  });

  it('asks for leave after the handshakes of a connection, however long they take', async () => {
    const { promise: connected, resolve } = Promise.withResolvers<Socket>();
    const slow = createTcpServer(resolve).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const { port } = slow.address() as AddressInfo;
    const secure = createHttpsTransport(configFor(`https://127.0.0.1:${port}`));
    let asked = 0;
    const { signal } = new AbortController();
    const sending = secure.send({
      method: 'GET',
      path: '/',
      headers: {},
      signal,
      beforeSending: () => void (asked += 1),
    });

    const socket = await connected;
    await once(socket, 'data');
    const askedDuringHandshake = asked;
    socket.destroy();
    await expect(sending).rejects.toThrow(/disconnected|ECONNRESET/);
    secure.close();
    slow.close();

    expect(askedDuringHandshake).toBe(0);
    expect(asked).toBe(0);
  });

  it.each(['http', 'https'] as const)(
    'takes back a write that is called off before it was answered, with %s',
    async (scheme) => {
      const other = scheme === 'https' ? createSecureServer(ownCertificate()) : createServer();
      const asked = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<string | undefined>();
      other.on('request', ({ method, socket }: IncomingMessage, response: ServerResponse) => {
        // Answered, so that all handshakes are over.
        if (method === 'GET') return response.end('{}');
        socket.on('error', ({ code }: NodeJS.ErrnoException) => ended.resolve(code));
        socket.on('end', () => ended.resolve('closed'));
        return asked.resolve();
      });
      other.listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const called = createHttpsTransport(configFor(`${scheme}://127.0.0.1:${port}`));
      const stopping = new AbortController();
      const { signal } = stopping;

      await readText((await called.send({ method: 'GET', path: '/', headers: {}, signal })).body);
      const sending = called.send({ method: 'PATCH', path: '/', headers: {}, body: '{}', signal });
      await asked.promise;
      stopping.abort(new Error('not the leader any more'));

      await expect(sending).rejects.toThrow('not the leader any more');
      await expect(ended.promise).resolves.toBe('ECONNRESET');
      called.close();
      other.close();
    },
  );

  it('ends an answer that goes on for ever when it is told to', async () => {
    respond = (response) => void response.write('{"type":"ADDED"}\n');
    const stopping = new AbortController();
    const response = await transport.send({ method: 'GET', path: '/', headers: {}, signal: stopping.signal });
    const closed = new Promise((resolve) => seen[0]?.socket.once('close', resolve));

    const reading = readText(response.body);
    stopping.abort(new Error('stopping'));

    await expect(reading).rejects.toThrow(/abort/);
    await closed;
  });

  it('lets go of the connection when the reader stops reading', async () => {
    respond = (response) => void response.write('{"type":"ADDED"}\n');
    const { signal } = new AbortController();
    const response = await transport.send({ method: 'GET', path: '/', headers: {}, signal });
    const closed = new Promise((resolve) => seen[0]?.socket.once('close', resolve));

    for await (const chunk of response.body) if (chunk.length > 0) break;

    await closed;
    expect(seen).toHaveLength(1);
  });
});
