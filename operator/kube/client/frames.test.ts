import { describe, expect, it } from '@jest/globals';
import { readFrames } from './frames.ts';

const TEXT = '{"type":"ADDED","name":"größe"}\n\n{"type":"BOOKMARK"}\n';
const FRAMES = [{ type: 'ADDED', name: 'größe' }, { type: 'BOOKMARK' }];

async function* cutInto(size: number, text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('readFrames', () => {
  it.each(Array.from({ length: Buffer.byteLength(TEXT) }, (_, index) => index + 1))(
    'finds the frames of a body in pieces of %i bytes',
    async (size) => {
      await expect(collect(readFrames(cutInto(size, TEXT)))).resolves.toEqual(FRAMES);
    },
  );

  it('leaves out a frame that is cut off at the end', async () => {
    await expect(collect(readFrames(cutInto(7, `${TEXT}{"type":"MODI`)))).resolves.toEqual(FRAMES);
  });

  it('throws at a line that is no JSON', async () => {
    await expect(collect(readFrames(cutInto(7, '<html>\n')))).rejects.toThrow(SyntaxError);
  });
});
