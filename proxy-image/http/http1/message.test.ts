import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { FieldFilter } from '../headers/hop-by-hop.ts';
import { Field } from './field-names.ts';
import { writeAsChunk, writeMessage, writePieces, type Outgoing } from './message.ts';
import { Pieces } from './pieces.ts';
import { ResponseHead } from './response-head.ts';

/** The only hop-by-hop field here is Connection. */
const END_TO_END = FieldFilter.endToEnd();
const EVERYTHING = END_TO_END.keeping(Field.Connection);

/** Passes on a response whose body is all that follows its head; gives the buffers that are written. */
function passOn(text: string, parts: Partial<Outgoing> = {}): readonly Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const head = new ResponseHead();
  head.begin();
  expect(head.read(bytes)).toBe('Complete');
  const body = new Pieces();
  body.add(head.end, bytes.length);
  const { socket, written } = collector();
  writeMessage(
    socket,
    bytes,
    { startLine: null, fields: head.fields, filter: EVERYTHING, added: '', ...parts },
    body,
  );
  return written;
}

interface Collector {
  readonly socket: Socket;
  readonly written: readonly Buffer[];
}

function collector(): Collector {
  const written: Buffer[] = [];
  const stream = new Writable({
    highWaterMark: 1_000_000,
    write: (chunk: Buffer, _encoding, done) => {
      // Once it is done the memory is used again.
      written.push(Buffer.from(chunk));
      done();
    },
  });
  return { socket: stream as unknown as Socket, written };
}

const RESPONSE = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: keep-alive\r\nX-B: 2\r\n\r\nhello';

function all(buffers: readonly Buffer[]): string {
  return Buffer.concat(buffers).toString('latin1');
}

describe('writeMessage', () => {
  it('passes an unchanged message on as it is, in one write', () => {
    const written = passOn(RESPONSE);

    expect(all(written)).toBe(RESPONSE);
    expect(written).toHaveLength(1);
  });

  it('leaves lines out, in one write', () => {
    const written = passOn(RESPONSE, { filter: END_TO_END });

    expect(all(written)).toBe('HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\n\r\nhello');
    expect(written).toHaveLength(1);
  });

  it('puts lines in, be they shorter or longer than those left out', () => {
    const shorter = passOn(RESPONSE, { filter: END_TO_END, added: 'X-C: 3\r\n' });
    const longer = passOn(RESPONSE, { filter: END_TO_END, added: `X-C: ${'3'.repeat(50)}\r\n` });

    expect(all(shorter)).toBe('HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\n\r\nhello');
    expect(all(longer)).toBe(`HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nX-C: ${'3'.repeat(50)}\r\n\r\nhello`);
  });

  it('replaces the start line', () => {
    const written = passOn(RESPONSE, { startLine: 'HTTP/1.1 200 Fine' });

    expect(all(written)).toBe(RESPONSE.replace('OK', 'Fine'));
  });

  it('passes on a message without fields and without a body', () => {
    const written = passOn('HTTP/1.1 204 X\r\n\r\n', { added: 'Connection: close\r\n' });

    expect(all(written)).toBe('HTTP/1.1 204 X\r\nConnection: close\r\n\r\n');
  });
});

describe('writePieces and writeAsChunk', () => {
  it('pass on what is between what is left out', () => {
    const bytes = Buffer.concat([Buffer.alloc(20_000, 'a'), Buffer.from('-out-'), Buffer.alloc(20_000, 'b')]);
    const pieces = new Pieces();
    pieces.add(0, 20_000);
    pieces.add(20_005, 40_005);
    const plain = collector();
    const chunk = collector();

    writePieces(plain.socket, bytes, pieces);
    writeAsChunk(chunk.socket, bytes, pieces);

    const content = 'a'.repeat(20_000) + 'b'.repeat(20_000);
    expect(all(plain.written) === content).toBe(true);
    expect(all(chunk.written) === `9c40\r\n${content}\r\n`).toBe(true);
  });
});
