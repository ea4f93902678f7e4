import { spawn } from 'node:child_process';
import net from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, jest } from '@jest/globals';
import type { RequestEntry } from '../../proxy-image/log/types.ts';
import { startRecordingUpstream } from '../support/http/recording-upstream.ts';
import { eventually } from '../support/eventually.ts';
import { connectTcp, howItEnds, roundTrip, startEchoServer, startTcpServer } from '../support/tcp.ts';
import { holdings } from './support/processes.ts';
import { get, ok, scenes } from './support/scene.ts';
import type { Scene } from './support/scene.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(60_000);

const set = scenes();

const TIMEOUTS = { request: 1500, connect: 1500 };

/** A proxy before a server that does this with each connection as soon as something comes on it. */
async function before(answer: (socket: Socket) => void): Promise<Scene> {
  const server = await startTcpServer((socket) => socket.once('data', () => answer(socket)));
  set.after(async () => server.close());
  return set.start({ http: [server.port], timeouts: TIMEOUTS });
}

/** What a client gets for one request, and how its connection ends when it is the proxy that ends it. */
async function ask({ ports }: Scene, request = get('/', 'Connection: close\r\n')) {
  const client = await set.raw(ports.web);
  await client.send(request);
  const { received, how } = await client.closed();
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? 0), received, how };
}

async function logged({ proxy }: Scene): Promise<RequestEntry> {
  return eventually('a line of the access log', async () =>
    proxy.access.find((entry): entry is RequestEntry => entry.kind === 'request'),
  );
}

describe('a server that', () => {
  it.each<[string, (socket: Socket) => void, number, string]>([
    ['closes at once', (socket) => socket.end(), 502, 'UpstreamClosed'],
    ['resets at once', (socket) => socket.resetAndDestroy(), 502, 'UpstreamClosed'],
    ['answers garbage', (socket) => socket.write('\0\x01\x02 garbage \r\n\r\n'), 502, 'MalformedResponse'],
    [
      'speaks another protocol',
      (socket) => socket.write('220 mail.example.com ESMTP\r\n'),
      502,
      'MalformedResponse',
    ],
    [
      'answers half a head and closes',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      502,
      'UpstreamClosed',
    ],
    [
      'answers half a head and is silent',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nConte'),
      504,
      'ResponseTimeout',
    ],
    ['is silent', () => undefined, 504, 'ResponseTimeout'],
    [
      'sends heads without end',
      (socket) => endless(socket, 'X-Field: value\r\n', 'HTTP/1.1 200 OK\r\n'),
      502,
      'MalformedResponse',
    ],
    [
      'sends interim responses without end',
      (socket) => endless(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
      502,
      'MalformedResponse',
    ],
    [
      'sends 100 without end',
      (socket) => endless(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
      502,
      'MalformedResponse',
    ],
    [
      'says two lengths',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
      502,
      'MalformedResponse',
    ],
    [
      'switches protocols unasked',
      (socket) => socket.write('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
      502,
      'MalformedResponse',
    ],
  ])('%s is answered for, and named in the log', async (_what, answer, status, error) => {
    const scene = await before(answer);

    const { received, how } = await ask(scene);

    expect(received).toMatch(new RegExp(`HTTP/1\\.1 ${status} [^]*\\n$`));
    expect(how).toBe('End');
    expect(await logged(scene)).toMatchObject({ status, error: expect.stringContaining(error) });
  });

  it.each<[string, string, string]>([
    ['a body that is too short', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', 'UpstreamAborted'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', 'UpstreamAborted'],
    [
      'chunks without the last one',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      'UpstreamAborted',
    ],
  ])('sends %s and closes breaks the response visibly', async (_what, response, error) => {
    const scene = await before((socket) => socket.end(response));

    const { received, how } = await ask(scene);

    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    expect(received).not.toContain('\r\n0\r\n');
    expect(how).toBe('Reset');
    expect(await logged(scene)).toMatchObject({ error });
  });

  it('sends more than it has announced is believed for what it announced, and never used again', async () => {
    const upstream = await startRecordingUpstream((_request, socket) =>
      socket.write(`${ok('hello')}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`),
    );
    set.after(async () => upstream.close());
    const scene = await set.start({ http: [upstream.port] });
    const client = await set.raw(scene.ports.web);

    for (let index = 1; index <= 3; index += 1) {
      await client.send(get());
      await client.until((received) => received.split('hello').length === index + 1);
    }

    expect(client.received()).not.toContain('poison');
    expect(upstream.sockets).toHaveLength(3);
  });

  it('closes an idle connection just as a request comes on it is asked once more, where that is safe', async () => {
    const lost: string[] = [];
    const used = new Set<Socket>();
    const upstream = await startRecordingUpstream(({ target }, socket) => {
      if (used.has(socket)) {
        lost.push(target);
        socket.destroy();
      } else {
        used.add(socket);
        socket.write(ok('served'));
      }
    });
    set.after(async () => upstream.close());
    const scene = await set.start({ http: [upstream.port] });
    const client = await set.raw(scene.ports.web);
    let sent = 0;

    // A connection that has only just become idle is not taken.
    while (lost.length === 0) {
      sent += 1;
      await client.send(get(`/${sent}`));
      await client.until((received) => received.split('served').length === sent + 1);
    }

    expect(client.received().match(/HTTP\/1\.1 \d+/g)).toEqual(
      Array.from({ length: sent }, () => 'HTTP/1.1 200'),
    );
    expect(lost).toEqual([`/${sent}`]);
    expect(upstream.requests()).toHaveLength(sent + 1);
  });

  it('closes an idle connection just as a request with a body comes on it gets that request only once', async () => {
    let served = 0;
    const upstream = await startRecordingUpstream((_request, socket) => {
      served += 1;
      return served === 2 ? socket.destroy() : socket.write(ok('served'));
    });
    set.after(async () => upstream.close());
    const scene = await set.start({ http: [upstream.port] });
    const client = await set.raw(scene.ports.web);
    await client.send(get('/first'));
    await client.until((received) => received.endsWith('served'));

    await client.send('POST /second HTTP/1.1\r\nHost: twc.example.com\r\nContent-Length: 2\r\n\r\nhi');
    const received = await client.until((all) => all.endsWith('\n'));

    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 502']);
    expect(upstream.requests().map(({ target }) => target)).toEqual(['/first', '/second']);
  });

  it('floods a client that does not read costs bounded memory', async () => {
    const scene = await before((socket) =>
      endless(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n'),
    );
    const { resident } = await holdings(scene.proxy);
    const clients = await Promise.all(Array.from({ length: 50 }, async () => set.tcp(scene.ports.web)));

    for (const client of clients) {
      client.pause().write(get());
    }
    await eventually('the end of all requests', async () =>
      scene.proxy.access.length === clients.length ? true : undefined,
    );

    expect((await holdings(scene.proxy)).resident - resident).toBeLessThan(64 * 2 ** 20);
  });
});

describe('a server that takes no connections', () => {
  it('is passed over for the next one when the connect timeout is over', async () => {
    const hole = await blackHole();
    const echo = await startEchoServer();
    set.after(async () => echo.close());
    const { proxy, ports } = await set.start({ tcp: [hole, echo.port], timeouts: TIMEOUTS });

    const answers = [
      await roundTrip(await set.tcp(ports.flow), 'hello'),
      await roundTrip(await set.tcp(ports.flow), 'hello'),
    ];

    expect(answers).toEqual(['hello', 'hello']);
    const { backends } = await proxy.status();
    expect(backends[0]?.servers).toMatchObject([
      {
        port: hole,
        state: 'Down',
        message: expect.stringContaining('no answer from 127.0.0.1 within 1500 ms'),
      },
      { port: echo.port, state: 'Up' },
    ]);
  });

  it('is answered for by 504, or a reset on layer 4, when it is the only one', async () => {
    const hole = await blackHole();
    const scene = await set.start({ tcp: [hole], http: [hole], timeouts: TIMEOUTS });

    const [{ status }, end] = await Promise.all([ask(scene), howItEnds(await set.tcp(scene.ports.flow))]);

    expect(status).toBe(504);
    expect(end).toBe('ECONNRESET');
  });

  it('is passed over at once when it refuses them', async () => {
    const gone = await startEchoServer();
    await gone.close();
    const echo = await startEchoServer();
    set.after(async () => echo.close());
    const { ports } = await set.start({ tcp: [gone.port, echo.port] });

    for (let index = 0; index < 4; index += 1) {
      expect(await roundTrip(await set.tcp(ports.flow), 'hello')).toBe('hello');
    }
  });
});

/** Sends a beginning, and then the same again and again for as long as the connection lives. */
function endless(socket: Socket, again: string, beginning = ''): void {
  const block = again.repeat(500);
  socket.write(beginning);
  const more = (): void => {
    let ready = true;
    while (ready && !socket.destroyed) {
      ready = socket.write(block);
    }
  };
  socket.on('drain', more);
  more();
}

/** A port on which attempts to connect get no answer: its process stands still, and its queue of connections is full. */
async function blackHole(): Promise<number> {
  const program = `
    const server = require('node:net').createServer();
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => process.stdout.end(String(server.address().port)));
  `;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  set.after(() => void child.kill('SIGKILL'));
  const port = Number(await text(child.stdout));
  child.kill('SIGSTOP');
  const fillers = [await connectTcp(port), await connectTcp(port)];
  // One more than finds room: it is never answered, and shows that nobody else will be.
  const last = net.connect({ host: '127.0.0.1', port }).on('error', () => undefined);
  set.after(() => {
    for (const socket of [...fillers, last]) {
      socket.destroy();
    }
  });
  return port;
}
