import { describe, expect, it } from '@jest/globals';
import { BulkReader } from './bulk-reader.ts';

const KIB = 1024;

/** Reads as Node does: into the buffer that was given last, which is asked for again after each read. */
function reading(reader: BulkReader) {
  const next = (): Buffer => {
    const { buffer } = reader.onread;
    return (typeof buffer === 'function' ? buffer() : buffer) as Buffer;
  };
  let buffer = next();
  return {
    size: () => buffer.length,
    buffer: () => buffer,
    read: (bytes: number, fill = 0) => {
      buffer.fill(fill, 0, bytes);
      reader.onread.callback(bytes, buffer);
      buffer = next();
    },
  };
}

describe('BulkReader', () => {
  it('hands on what was read', () => {
    const reader = new BulkReader();
    const received: string[] = [];
    const source = reading(reader);
    reader.deliverTo((chunk) => {
      received.push(chunk.toString('latin1'));
      return true;
    });

    source.read(3, 0x61);
    source.read(2, 0x62);

    expect(received).toEqual(['aaa', 'bb']);
  });

  it('grows while its buffer is filled and shrinks when it is hardly used', () => {
    const reader = new BulkReader();
    const source = reading(reader);
    reader.deliverTo(() => true);

    const sizes = [source.size()];
    for (const bytes of [100, 4 * KIB, 64 * KIB, 256 * KIB, 200 * KIB, 32 * KIB, 3 * KIB, 2 * KIB, 10]) {
      source.read(bytes);
      sizes.push(source.size());
    }

    expect(sizes.map((size) => size / KIB)).toEqual([4, 4, 64, 256, 256, 256, 64, 64, 4, 4]);
  });

  it('uses a buffer again that has been written, and none that has not', () => {
    const reader = new BulkReader();
    const source = reading(reader);
    let done = true;
    reader.deliverTo(() => done);
    const first = source.buffer();

    source.read(10);
    const second = source.buffer();
    done = false;
    source.read(10);
    const third = source.buffer();

    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('holds one small buffer beside what is being written, and goes on with large ones after that', () => {
    const reader = new BulkReader();
    const source = reading(reader);
    let done = true;
    reader.deliverTo(() => done);
    source.read(4 * KIB);
    source.read(64 * KIB);
    const large = source.size();

    done = false;
    source.read(256 * KIB);
    const stalled = source.size();
    reader.drained();
    done = true;
    source.read(4 * KIB);

    expect([large, stalled, source.size()]).toEqual([256 * KIB, 4 * KIB, 256 * KIB]);
  });

  it('gives a lent buffer to whoever needs one next, once it has been drained', () => {
    const [reader, other] = [new BulkReader(), new BulkReader()];
    const [source, otherSource] = [reading(reader), reading(other)];
    reader.deliverTo(() => false);
    other.deliverTo(() => false);
    const lent = source.buffer();
    source.read(10);

    otherSource.read(10);
    const before = otherSource.buffer();
    reader.drained();
    otherSource.read(10);
    const after = otherSource.buffer();

    expect(before).not.toBe(lent);
    expect(after).toBe(lent);
  });

  it('hands on nothing after it was closed', () => {
    const reader = new BulkReader();
    let chunks = 0;
    reader.deliverTo(() => {
      chunks += 1;
      return true;
    });

    reader.close();
    reader.onread.callback(0, Buffer.alloc(0));

    expect(chunks).toBe(0);
  });
});
