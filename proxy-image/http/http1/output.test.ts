import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { OutputBuffer } from './output.ts';

type Done = (error?: Error) => void;

/** A socket that goes on looking at what is written to it until it is told that it is done. */
function slowSocket(): { readonly socket: Socket; readonly writes: readonly Done[] } {
  const writes: Done[] = [];
  const stream = new Writable({
    highWaterMark: 1_000_000,
    write: (_chunk, _encoding, done) => writes.push(done),
  });
  stream.on('error', () => undefined);
  return { socket: stream as unknown as Socket, writes };
}

function fastSocket(): Socket {
  return new Writable({ write: (_chunk, _encoding, done) => done() }) as unknown as Socket;
}

const SMALL = 100;
const LARGE = 100_000;

describe('an output buffer', () => {
  it.each([SMALL, LARGE, 1_000_000])('has room for %i bytes', (size) => {
    expect(OutputBuffer.take(size).bytes.length).toBeGreaterThanOrEqual(size);
  });

  it('sends its first bytes', () => {
    const sent: string[] = [];
    const socket = new Writable({
      write: (chunk: Buffer, _encoding, done) => (sent.push(chunk.toString()), done()),
    });
    const output = OutputBuffer.take(SMALL);
    output.bytes.write('hello and more');

    expect(output.send(socket as unknown as Socket, 5)).toBe(true);

    expect(sent).toEqual(['hello']);
  });

  it('keeps its content until it is released', () => {
    const output = OutputBuffer.take(SMALL);
    output.length = output.bytes.write('hello');
    const other = OutputBuffer.take(SMALL);

    expect(output.content.toString()).toBe('hello');
    expect(other).not.toBe(output);

    output.release();

    expect(OutputBuffer.take(SMALL)).toBe(output);
  });

  it.each([SMALL, LARGE])('of %i bytes is used again once they have been written', async (size) => {
    const output = OutputBuffer.take(size);
    output.send(fastSocket(), size);
    await turn();

    expect(OutputBuffer.take(size)).toBe(output);
  });

  it.each([SMALL, LARGE])(
    'of %i bytes is not used again while a socket still looks at them',
    async (size) => {
      const { socket, writes } = slowSocket();
      const output = OutputBuffer.take(size);
      output.send(socket, size);
      await turn();

      expect(writes).toHaveLength(1);
      expect(OutputBuffer.take(size)).not.toBe(output);
    },
  );

  it.each([SMALL, LARGE])(
    'of %i bytes is used again also where 64 clients are written to at a time',
    async (size) => {
      const before = Array.from({ length: 64 }, () => OutputBuffer.take(size));
      for (const output of before) {
        output.send(fastSocket(), size);
      }
      await turn();

      const after = Array.from({ length: 64 }, () => OutputBuffer.take(size));

      expect(after.every((output) => before.includes(output))).toBe(true);
    },
  );

  it('is not used again while it waits behind another write', async () => {
    const { socket, writes } = slowSocket();
    const [first, second] = [OutputBuffer.take(LARGE), OutputBuffer.take(LARGE)];
    first.send(socket, LARGE);
    second.send(socket, LARGE);
    writes[0]?.();
    await turn();

    expect(OutputBuffer.take(LARGE)).toBe(first);
    expect(OutputBuffer.take(LARGE)).not.toBe(second);
  });

  it('is not used again after an error', async () => {
    const { socket, writes } = slowSocket();
    const output = OutputBuffer.take(LARGE);
    output.send(socket, LARGE);
    writes[0]?.(new Error('reset'));
    await turn();

    expect(OutputBuffer.take(LARGE)).not.toBe(output);
  });
});
