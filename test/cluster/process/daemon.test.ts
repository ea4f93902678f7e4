import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { launchBound } from './daemon.ts';
import { identify, isRunning } from './identity.ts';
import { untilReady } from './ready.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('launchBound', () => {
  it('writes what the daemon says to its log and tells how it ended', async () => {
    const log = join(folder, 'a.log');
    const daemon = await launchBound({ name: 'a', command: 'sh', args: ['-c', 'echo hello; exit 4'], log });

    const failure = untilReady({
      what: 'A',
      check: async () => 'never',
      timeoutMs: 10_000,
      daemons: [daemon],
    });

    await expect(failure).rejects.toThrow(
      `A cannot get ready: a ended with exit code 4. The end of its log ${log}:\nhello`,
    );
    expect(readFileSync(log, 'utf8')).toBe('hello\n');
  });

  it('kills at once', async () => {
    const daemon = await launchBound({
      name: 'b',
      command: 'sleep',
      args: ['60'],
      log: join(folder, 'b.log'),
    });

    await daemon.kill();

    expect(daemon.ending()).toBe('was ended by SIGKILL');
  });

  it('leaves nothing running when its parent is killed', async () => {
    const module = new URL('daemon.ts', import.meta.url).href;
    const program = `
      import { launchBound } from ${JSON.stringify(module)};
      const daemon = await launchBound({ name: 'c', command: 'sleep', args: ['60'], log: ${JSON.stringify(join(folder, 'c.log'))} });
      console.log(daemon.pid);
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    const daemon = identify(Number(pid.toString()));

    parent.kill('SIGKILL');

    expect(daemon).toBeDefined();
    await untilReady({
      what: 'The death of the daemon',
      check: async () => (daemon !== undefined && isRunning(daemon) ? 'it still runs' : undefined),
      timeoutMs: 5000,
    });
  });
});
