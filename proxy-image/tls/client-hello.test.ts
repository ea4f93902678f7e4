import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { ClientHelloReader } from './client-hello.ts';
import type { HelloReading } from './client-hello.ts';

interface HelloParts {
  readonly sessionId?: Buffer;
  readonly ciphers?: Buffer;
  readonly compression?: Buffer;
  /** Undefined: there is no list of extensions. */
  readonly extensions?: readonly Buffer[] | undefined;
}

function vector(lengthSize: number, ...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  const length = Buffer.alloc(lengthSize);
  length.writeUIntBE(bytes.length, 0, lengthSize);
  return Buffer.concat([length, bytes]);
}

function extension(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type >> 8, type & 255), vector(2, value)]);
}

function serverName(name: string, type = 0): Buffer {
  return extension(0, vector(2, Buffer.of(type), vector(2, Buffer.from(name, 'latin1'))));
}

/** A handshake message that is a ClientHello. */
function message(parts: HelloParts = {}): Buffer {
  const { sessionId = Buffer.alloc(32), ciphers = Buffer.of(0x13, 0x01), compression = Buffer.of(0) } = parts;
  const extensions = 'extensions' in parts ? parts.extensions : [serverName('twc.example.com')];
  return Buffer.concat([
    Buffer.of(1),
    vector(
      3,
      Buffer.concat([Buffer.of(3, 3), Buffer.alloc(32, 7)]),
      vector(1, sessionId),
      vector(2, ciphers),
      vector(1, compression),
      ...(extensions === undefined ? [] : [vector(2, ...extensions)]),
    ),
  ]);
}

/** Records that hold a message, each so many bytes of it. */
function records(bytes: Buffer, size = 2 ** 14): Buffer {
  const fragments = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Buffer.concat(
    fragments.map((fragment) => Buffer.concat([Buffer.of(22, 3, 1), vector(2, fragment)])),
  );
}

function read(bytes: Buffer): HelloReading {
  return new ClientHelloReader().read(bytes);
}

/** The bytes with which Node's own client begins. */
async function realHello(options: tls.ConnectionOptions): Promise<Buffer> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = tls.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ...options });
  client.on('error', () => undefined);
  const [socket] = (await accepted) as [net.Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

describe('ClientHelloReader', () => {
  it.each([
    ['with a name', { servername: 'TWC.example.com' }, 'twc.example.com'],
    ['without a name', { servername: '' }, null],
    ['of TLS 1.2', { servername: 'twc.example.com', maxVersion: 'TLSv1.2' }, 'twc.example.com'],
  ] as const)('reads what a real client sends, %s', async (_what, options, expected) => {
    const bytes = await realHello(options);

    expect(read(bytes)).toEqual({ state: 'Complete', serverName: expected });
  });

  it.each([
    ['in one record', records(message())],
    ['in two records', records(message(), 60)],
    ['in records of one byte each', records(message(), 1)],
  ])('reads a hello %s that comes byte by byte', (_what, bytes) => {
    const reader = new ClientHelloReader();

    const readings = Array.from(bytes, (_, index) => reader.read(bytes.subarray(0, index + 1)));

    const expected = bytes.map((_, index) => (index < bytes.length - 1 ? 0 : 1));
    expect(readings.map(({ state }) => (state === 'Complete' ? 1 : 0))).toEqual([...expected]);
    expect(readings.at(-1)).toEqual({ state: 'Complete', serverName: 'twc.example.com' });
  });

  it('reads a hello in two pieces, wherever it is cut', () => {
    const bytes = records(message(), 50);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const reader = new ClientHelloReader();

      expect(reader.read(bytes.subarray(0, cut))).toEqual({ state: 'Incomplete' });
      expect(reader.read(bytes)).toEqual({ state: 'Complete', serverName: 'twc.example.com' });
    }
  });

  it('reads a hello of more than 16 KiB, whose name comes last', () => {
    const bytes = records(
      message({ extensions: [extension(21, Buffer.alloc(40_000)), serverName('twc.example.com')] }),
    );

    expect(read(bytes)).toEqual({ state: 'Complete', serverName: 'twc.example.com' });
  });

  it.each([
    ['without extensions', { extensions: undefined }, null],
    ['with an empty list of extensions', { extensions: [] }, null],
    ['with a name of 256 bytes', { extensions: [serverName('x'.repeat(256))] }, 'x'.repeat(256)],
    ['without a session', { sessionId: Buffer.alloc(0) }, 'twc.example.com'],
  ])('reads a hello %s', (_what, parts, expected) => {
    expect(read(records(message(parts)))).toEqual({ state: 'Complete', serverName: expected });
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'does not begin with a TLS handshake'],
    ['a hello of SSL 2', Buffer.of(0x80, 0x2e, 1, 3, 1), 'does not begin with a TLS handshake'],
    ['an alert', Buffer.of(21, 3, 1, 0, 2, 1, 0), 'does not begin with a TLS handshake'],
    ['an unknown record version', Buffer.of(22, 2), 'unknown version'],
    ['an empty record', Buffer.of(22, 3, 1, 0, 0), 'length of 0'],
    ['too long a record', Buffer.of(22, 3, 1, 0x40, 1), 'length of 16385'],
    ['a ServerHello', records(Buffer.of(2, 0, 0, 1, 0)), 'no ClientHello'],
    ['a hello of 16 MiB', records(Buffer.of(1, 255, 255, 255)), 'at most 65536 are read'],
    [
      'an alert between two records',
      Buffer.concat([records(message().subarray(0, 9)), Buffer.of(21)]),
      'does not begin with',
    ],
    ['a session of 33 bytes', records(message({ sessionId: Buffer.alloc(33) })), 'do not fit together'],
    ['no ciphers', records(message({ ciphers: Buffer.alloc(0) })), 'do not fit together'],
    ['half a cipher', records(message({ ciphers: Buffer.alloc(3) })), 'do not fit together'],
    ['no compression method', records(message({ compression: Buffer.alloc(0) })), 'do not fit together'],
    ['nothing but a header', records(Buffer.of(1, 0, 0, 0)), 'do not fit together'],
    ['half an extension', records(message({ extensions: [Buffer.of(0, 0, 0)] })), 'extensions are damaged'],
    ['two names', records(message({ extensions: [serverName('a'), serverName('b')] })), 'there twice'],
    ['an empty name', records(message({ extensions: [serverName('')] })), 'server name is damaged'],
    ['a name with NUL', records(message({ extensions: [serverName('a\0b')] })), 'server name is damaged'],
    [
      'a name of another type',
      records(message({ extensions: [serverName('a', 1)] })),
      'server name is damaged',
    ],
    [
      'an empty list of names',
      records(message({ extensions: [extension(0, Buffer.alloc(2))] })),
      'server name is damaged',
    ],
    [
      'bytes behind the list of names',
      records(message({ extensions: [extension(0, Buffer.of(0, 4, 0, 0, 1, 97, 0))] })),
      'server name is damaged',
    ],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(read(bytes)).toEqual({ state: 'Malformed', reason: expect.stringContaining(reason) });
  });

  it('never throws on a hello with one byte changed', () => {
    const bytes = records(message(), 100);
    for (let index = 0; index < bytes.length; index += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[index] = value;

        expect(() => read(changed)).not.toThrow();
      }
    }
  });
});
