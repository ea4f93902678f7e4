import { ClientHelloReader, type HelloReading } from '../../../proxy-image/tls/client-hello.ts';
import { requireSame, requireThat, type Target } from '../target.ts';

const HEAD = 5;

/** The beginning of a TLS connection, as far as the server name. */
export const clientHello: Target = {
  name: 'client-hello',
  dictionary: [
    '\x16\x03\x01',
    '\x01\x00\x00',
    '\x03\x03',
    '\0\0',
    '\0\x08',
    'a.example',
    '\x15\x03\x03\0\x02',
    '\x02\x68\x32',
    '\xff\xff',
  ],
  seeds: () => [hello('twc.example.com'), hello('a'), hello(null), inRecords(hello('twc.example.com'), 20)],
  check: (parts) => {
    const input = Buffer.concat(parts);
    const reading = read([input]);
    requireSame('in one part and in several', read(parts), reading);
    if (reading.state === 'Complete') {
      const { serverName } = reading;
      requireThat(
        serverName === null || /^[!-~]+$/.test(serverName),
        () => `a name like ${String(serverName)}`,
      );
      requireSame('in records of other sizes', read([inRecords(input, 7)]), reading);
    }
    switch (reading.state) {
      case 'Incomplete':
        return reading.state;
      case 'Malformed':
        return reading.reason.replaceAll(/[0-9]+/g, '');
      case 'Complete':
        return `${reading.serverName === null ? 'without' : 'with'} a name, ${Math.min(input.length >> 5, 16)}`;
    }
  },
};

/** As the proxy reads: each time all that has come. */
function read(parts: readonly Buffer[]): HelloReading {
  const reader = new ClientHelloReader();
  let reading: HelloReading = { state: 'Incomplete' };
  let received = Buffer.alloc(0);
  for (const part of parts) {
    received = Buffer.concat([received, part]);
    reading = reader.read(received);
    if (reading.state !== 'Incomplete') {
      break;
    }
  }
  return reading;
}

/** The same bytes of handshake, in records of another size; what does not begin a record any more is left out. */
function inRecords(input: Buffer, size: number): Buffer {
  const fragments: Buffer[] = [];
  for (let at = 0; at + HEAD <= input.length && input[at] === 22;) {
    const end = at + HEAD + input.readUInt16BE(at + 3);
    fragments.push(input.subarray(at + HEAD, end));
    at = end;
  }
  const message = Buffer.concat(fragments);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const fragment = message.subarray(at, at + size);
    records.push(Buffer.of(22, 3, 1, 0, fragment.length), fragment);
  }
  return Buffer.concat(records);
}

/** A small hello of TLS 1.3. */
function hello(name: string | null): Buffer {
  const bytes = Buffer.from(name ?? '', 'latin1');
  const entry = Buffer.concat([Buffer.of(0, 0, bytes.length), bytes]);
  const extension = Buffer.concat([Buffer.of(0, 0, 0, entry.length + 2, 0, entry.length), entry]);
  const extensions = Buffer.concat([
    name === null ? Buffer.alloc(0) : extension,
    Buffer.of(0, 16, 0, 5, 0, 3, 2, 104, 50),
  ]);
  const body = Buffer.concat([
    Buffer.of(3, 3),
    Buffer.alloc(32, 7),
    Buffer.of(0, 0, 2, 0x13, 0x01, 1, 0, 0, extensions.length),
    extensions,
  ]);
  const message = Buffer.concat([Buffer.of(1, 0, 0, body.length), body]);
  return Buffer.concat([Buffer.of(22, 3, 1, 0, message.length), message]);
}
