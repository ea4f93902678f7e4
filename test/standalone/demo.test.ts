import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RunningProgram } from './support/tproxy.ts';

/** Much more than it takes on a busy machine. */
jest.setTimeout(60_000);

const REPORT = new URL('../../build/reports/demo.json', import.meta.url);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function demo(environment: NodeJS.ProcessEnv = {}): RunningProgram {
  return new RunningProgram('operator/demo/main.ts', [], {
    TMPDIR: folder,
    XDG_RUNTIME_DIR: folder,
    ...environment,
  });
}

describe('make demo', () => {
  it('with DEMO_ONCE=1 proves every flow, writes a report and leaves nothing behind', async () => {
    await using program = demo({ DEMO_ONCE: '1' });

    const code = await program.ended();

    expect(program.output).not.toMatch(/FAILED/);
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual([]);
    const { checks } = JSON.parse(await readFile(REPORT, 'utf8')) as {
      readonly checks: readonly { readonly ok: boolean }[];
    };
    expect(checks).toHaveLength(6);
    expect(checks.every(({ ok }) => ok)).toBe(true);
  });

  it.each([
    // It may have come further by the time that the signal arrives.
    ['at the start', /SPEAKS/, [0, 130]],
    ['while it is up', /It stays up until Ctrl-C/, [0]],
  ])('ends at Ctrl-C %s and leaves nothing behind', async (_, moment, expected) => {
    await using program = demo();

    await program.printed(moment);
    program.kill('SIGINT');
    const code = await program.ended();

    expect(expected).toContain(code);
    expect(await readdir(folder)).toEqual([]);
  });
});
