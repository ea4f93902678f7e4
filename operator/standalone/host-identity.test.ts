import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hostIdentity } from './host-identity.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function withMachineId(text: string): Promise<string> {
  const file = join(folder, 'machine-id');
  await writeFile(file, text);
  return hostIdentity(file);
}

describe('hostIdentity', () => {
  it('is the same on the same host, and does not tell its machine id', async () => {
    const id = '0123456789abcdef0123456789abcdef';

    const first = await withMachineId(`${id}\n`);

    expect(await withMachineId(`${id}\n`)).toBe(first);
    expect(first).not.toContain(id);
  });

  it('is another one on another host', async () => {
    expect(await withMachineId('a\n')).not.toBe(await withMachineId('b\n'));
  });

  it.each([
    ['an empty machine id', '\n'],
    ['none', null],
  ])('is random with %s', async (_, text) => {
    const identities = [0, 1].map(async () =>
      text === null ? hostIdentity(join(folder, 'missing')) : withMachineId(text),
    );

    const [first, second] = await Promise.all(identities);

    expect(first).not.toBe(second);
  });
});
