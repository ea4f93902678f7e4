import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http2 from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWith } from '../../../test/support/describe-with.ts';
import { CURL } from '../../../test/support/tools.ts';
import { connectRaw } from '../../../test/support/http/raw-client.ts';
import { PREFACE, settings } from '../../../test/support/http2/frames.ts';
import { startHttpsProxy, type HttpsProxy } from '../../../test/support/http2/https-proxy.ts';

const BIG = Buffer.concat(
  Array.from({ length: 16 * 1_024 }, (_, index) => createHash('sha512').update(String(index)).digest()),
);

let proxy: HttpsProxy;

/** The server answers with the body that it was sent, or else with the path; `/ntlm` it shows to those alone whom it knows. */
beforeEach(async () => {
  proxy = await startHttpsProxy(({ body, target }, socket) => {
    if (target === '/ntlm') {
      socket.write('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const answer = body === '' ? target : body;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n`);
    socket.write(answer, 'latin1');
  });
});

afterEach(async () => proxy.close());

describe('the client of Node', () => {
  let session: ClientHttp2Session;

  beforeEach(async () => {
    session = http2.connect(`https://localhost:${proxy.https}`, { ca: proxy.trust });
    await once(session, 'connect');
  });

  afterEach(() => session.destroy());

  async function request(path: string, body: Buffer | null = null): Promise<string> {
    const stream = session.request({ ':path': path, ':method': body === null ? 'GET' : 'POST' });
    stream.setEncoding('latin1');
    stream.end(body ?? undefined);
    return text(stream);
  }

  it('gets many responses at once', async () => {
    const paths = Array.from({ length: 90 }, (_, index) => `/a/${index}`);

    const bodies = await Promise.all(paths.map(async (path) => request(path)));

    expect(bodies).toEqual(paths);
    expect(proxy.plane.entries).toHaveLength(90);
  });

  it('sends and receives large bodies at once, byte for byte', async () => {
    const bodies = await Promise.all([1, 2, 3].map(async () => request('/a', BIG)));

    for (const body of bodies) {
      expect(Buffer.from(body, 'latin1').equals(BIG)).toBe(true);
    }
  });

  it('is told to go away, and by which rule', async () => {
    await request('/a');
    const closed = once(session, 'goaway');

    proxy.plane.worker.handle({ type: 'Drain' });

    expect(await closed).toMatchObject([http2.constants.NGHTTP2_NO_ERROR, 0x7fff_ffff]);
  });
});

describe('a client that does not offer h2', () => {
  it.each([['http/1.1'], [undefined]])('but %s gets HTTP/1.1', async (protocol) => {
    const asked = https.get({
      host: 'localhost',
      port: proxy.https,
      path: '/a',
      ca: proxy.trust,
      agent: false,
      ...(protocol === undefined ? { ALPNProtocols: [] } : { ALPNProtocols: [protocol] }),
    });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];

    expect(response.httpVersion).toBe('1.1');
    expect(await text(response)).toBe('/a');
  });
});

describe('a client that speaks HTTP/2 without TLS', () => {
  it('is told in HTTP/1.1 that this is not spoken', async () => {
    const client = await connectRaw(proxy.http);

    await client.send(Buffer.concat([PREFACE, settings()]));
    const { received } = await client.closed();

    expect(received).toMatch(/^HTTP\/1\.1 505 HTTP Version Not Supported\r\n/);
    expect(proxy.upstream.sockets).toHaveLength(0);
  });
});

describeWith(CURL, 'curl', () => {
  const run = promisify(execFile);

  async function ask(...args: readonly string[]): Promise<string> {
    const common = ['--silent', '--insecure', '--http2', '--max-time', '20'];
    const { stdout } = await run('curl', [...common, ...args], { maxBuffer: 10_000_000, encoding: 'latin1' });
    return stdout;
  }

  it('gets a page over HTTP/2', async () => {
    const stdout = await ask(
      '--write-out',
      ' %{http_version} %{http_code}',
      `https://localhost:${proxy.https}/a?b`,
    );

    expect(stdout).toBe('/a?b 2 200');
  });

  it('asks again over HTTP/1.1 for what only that can give', async () => {
    const stdout = await ask(
      '--write-out',
      ' %{http_version} %{http_code}',
      `https://localhost:${proxy.https}/ntlm`,
    );

    expect(stdout).toBe(' 1.1 401');
    expect(proxy.plane.entries).toMatchObject([{ error: 'Http11Required' }, { status: 401, error: null }]);
  });

  it('sends a body of which it has announced the length, or not', async () => {
    const url = `https://localhost:${proxy.https}/a`;

    expect(await ask('--data-binary', 'x'.repeat(100_000), url)).toBe('x'.repeat(100_000));
    expect(await ask('--header', 'content-length:', '--data-binary', 'y'.repeat(100_000), url)).toBe(
      'y'.repeat(100_000),
    );
  });
});
