import type { Socket } from 'node:net';
import tls from 'node:tls';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { roundTrip, startEchoServer, startTcpServer } from '../support/tcp.ts';
import { clientHello, connectRecords, CONTENT } from '../support/tls/record-client.ts';
import type { RecordClient } from '../support/tls/record-client.ts';
import { holdings, metric } from './support/processes.ts';
import { get, ok, scenes } from './support/scene.ts';
import type { Scene } from './support/scene.ts';
import { authority, HOSTNAME } from './support/site.ts';

// Each test starts a proxy, which takes seconds on a busy host.
jest.setTimeout(120_000);

const CLIENTS = 200;
/** Those that have done a whole handshake, which costs both sides much more. */
const SHAKEN_CLIENTS = 10;
/** Most that the proxy may have grown by at the end of a storm: buffers and garbage of as many connections, far less than what was sent. */
const GROWTH_BYTES = 64 * 2 ** 20;

const set = scenes();

let hello: Buffer;

beforeAll(async () => {
  hello = await clientHello(HOSTNAME);
});

/** A proxy with short timeouts, which has served a first request of each kind. */
async function start(): Promise<Scene & { readonly bystander: Bystander }> {
  const echo = await startEchoServer();
  set.after(async () => echo.close());
  const web = await startTcpServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes('GET ')) {
        socket.write(ok('served'));
      }
    });
  });
  set.after(async () => web.close());
  const scene = await set.start({
    tcp: [echo.port],
    http: [web.port],
    timeouts: { handshake: 1500, header: 1500, keepAlive: 60_000 },
  });
  const bystander = await Bystander.connect(scene);
  await bystander.look();
  return { ...scene, bystander };
}

/** Somebody who has nothing to do with it: a TLS client on one connection, and a flow of layer 4 on another. */
class Bystander {
  readonly #page: tls.TLSSocket;
  readonly #flow: Socket;
  #lost: (reason: Error) => void = () => undefined;

  private constructor(page: tls.TLSSocket, flow: Socket) {
    this.#page = page;
    this.#flow = flow;
    page.on('close', () => this.#lost(new Error('the connection was closed')));
  }

  static async connect({ ports }: Scene): Promise<Bystander> {
    const page = tls.connect({ port: ports.secure, servername: HOSTNAME, ca: authority.rootPem });
    set.after(() => void page.destroy());
    await new Promise<void>((resolve, reject) => {
      page.once('secureConnect', resolve).once('error', reject);
    });
    return new Bystander(page, await set.tcp(ports.flow));
  }

  /** Rejects unless it is served on both connections. */
  async look(): Promise<void> {
    const page = new Promise<string>((resolve, reject) => {
      let received = '';
      const onData = (chunk: Buffer): void => {
        received += chunk.toString('latin1');
        if (received.endsWith('served')) {
          this.#page.off('data', onData);
          resolve(received);
        }
      };
      this.#page.on('data', onData);
      this.#lost = reject;
    });
    this.#page.write(get());
    const answers = [(await page).split('\r\n', 1)[0], await roundTrip(this.#flow, 'still here')];
    if (answers.join() !== 'HTTP/1.1 200 OK,still here') {
      throw new Error(`somebody else was answered ${answers.join()}`);
    }
  }
}

type Storm = (port: number) => Promise<readonly Socket[]>;

/** So many connections that each send these bytes. */
function sending(bytes: () => Buffer): Storm {
  return async (port) =>
    Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const socket = await set.tcp(port);
        socket.on('end', () => socket.destroy()).resume();
        socket.write(bytes());
        return socket;
      }),
    );
}

/** So many clients that have done their handshake, read nothing any more, and each send these records. */
function shaken(records: (client: RecordClient) => Buffer): Storm {
  return async (port) => {
    const sockets: Socket[] = [];
    for (let index = 0; index < SHAKEN_CLIENTS; index += 1) {
      const client = await connectRecords(port, HOSTNAME);
      const { socket } = client;
      set.after(() => void socket.destroy());
      socket.on('end', () => socket.destroy());
      socket.write(records(client));
      sockets.push(socket);
    }
    return sockets;
  };
}

function repeated(count: number, make: (index: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
}

const FATAL = Buffer.of(CONTENT.alert, 3, 1, 0, 2, 2, 40);
const WARNING = Buffer.of(CONTENT.alert, 3, 1, 0, 2, 1, 90);

describe('a storm of', () => {
  it.each<readonly [string, Storm]>([
    ['fatal alerts in place of a hello', sending(() => FATAL)],
    ['warnings in place of a hello', sending(() => repeated(1000, () => WARNING))],
    ['fatal alerts in the middle of a handshake', sending(() => Buffer.concat([hello, FATAL]))],
    [
      'warnings in the middle of a handshake',
      sending(() => Buffer.concat([hello, repeated(1000, () => WARNING)])),
    ],
    ['handshakes that stop in the middle', sending(() => hello)],
    ['hellos, one after the other', sending(() => repeated(100, () => hello))],
    ['empty records', sending(() => repeated(1000, () => Buffer.of(CONTENT.handshake, 3, 1, 0, 0)))],
    ['records that are longer than they may be', sending(() => Buffer.alloc(70_000, '\x17\x03\x03\xff\xff'))],
    ['garbage', sending(() => Buffer.alloc(70_000, 'garbage'))],
    ['garbage after handshakes', shaken(() => Buffer.alloc(70_000, 'garbage'))],
    [
      'altered records after handshakes',
      shaken((client) => flipped(client.seal(CONTENT.data, Buffer.from(get())))),
    ],
    ['fatal alerts after handshakes', shaken((client) => client.seal(CONTENT.alert, Buffer.of(2, 40)))],
    [
      'warnings after handshakes',
      shaken((client) => repeated(500, () => client.seal(CONTENT.alert, Buffer.of(1, 90)))),
    ],
    [
      'empty records after handshakes',
      shaken((client) => repeated(500, () => client.seal(CONTENT.data, Buffer.alloc(0)))),
    ],
    ['hellos after handshakes', shaken((client) => client.seal(CONTENT.handshake, hello.subarray(5)))],
    [
      'key updates that have to be answered',
      shaken((client) => repeated(1000, () => client.sealKeyUpdate(true))),
    ],
    ['key updates', shaken((client) => repeated(1000, () => client.sealKeyUpdate(false)))],
  ])('%s is over soon, costs nobody else anything and leaves nothing behind', async (_what, storm) => {
    const { proxy, ports, bystander } = await start();
    // What is needed the first time only is no growth: the same storm once before.
    await over(proxy, await storm(ports.secure), bystander);
    const before = await holdings(proxy);

    await over(proxy, await storm(ports.secure), bystander);

    const files = await eventually('as few open files as before', async () => {
      const { openFiles } = await holdings(proxy);
      return openFiles <= before.openFiles ? openFiles : undefined;
    });
    expect(files).toBeLessThanOrEqual(before.openFiles);
    expect((await holdings(proxy)).resident - before.resident).toBeLessThan(GROWTH_BYTES);
    expect(await metric(proxy, 'teamwork_proxy_worker_crashes_total')).toBe(0);
  });
});

/** Waits until all connections of a storm are over, while somebody else is served on connections from before. */
async function over(proxy: Scene['proxy'], sockets: readonly Socket[], bystander: Bystander): Promise<void> {
  await eventually('the end of the storm', async () => {
    await bystander.look();
    return (await metric(proxy, 'teamwork_proxy_connections_open')) === 2 ? true : undefined;
  });
  for (const socket of sockets) {
    socket.destroy();
  }
}

function flipped(record: Buffer): Buffer {
  const copy = Buffer.from(record);
  copy[20] = (copy[20] ?? 0) ^ 1;
  return copy;
}

describe('a client that floods TLS with key updates during a request', () => {
  it('is cut off, so that their answers do not pile up', async () => {
    const { proxy, ports, bystander } = await start();
    const client = await connectRecords(ports.secure, HOSTNAME);
    set.after(() => void client.socket.destroy());
    // A request whose body is still to come keeps the connection for as long as the timeouts of requests allow.
    const head = `POST / HTTP/1.1\r\nHost: ${HOSTNAME}\r\nContent-Length: 1000\r\n\r\n`;
    client.socket.write(client.seal(CONTENT.data, Buffer.from(head)));
    const closed = new Promise((resolve) => {
      client.socket.once('end', resolve).once('close', resolve);
    });

    client.socket.write(repeated(3000, () => client.sealKeyUpdate(true)));
    await closed;

    await bystander.look();
    const line = await eventually('a line of the log', async () =>
      proxy.access.find(({ error }) => error === 'the client sends messages of TLS and no data'),
    );
    expect(line).toMatchObject({ kind: 'connection', frontend: 'secure' });
  });
});
