import { describe, expect, it } from '@jest/globals';
import { CommandError, run } from './run.ts';

describe('run', () => {
  it('gives what the command wrote', async () => {
    expect(await run('sh', ['-c', 'echo out; echo err >&2'])).toEqual({ stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes input and environment', async () => {
    const { stdout } = await run('sh', ['-c', 'cat; printf $GREETING'], {
      input: 'in ',
      env: { GREETING: 'hello' },
    });

    expect(stdout).toBe('in hello');
  });

  it('fails with exit code and what the command said', async () => {
    const failure = run('sh', ['-c', 'echo broken >&2; exit 3']);

    await expect(failure).rejects.toThrow(CommandError);
    await expect(failure).rejects.toThrow(/failed with exit code 3:\nbroken/);
  });

  it('kills what takes too long', async () => {
    await expect(run('sleep', ['60'], { timeoutMs: 20 })).rejects.toThrow('"sleep 60" was ended by SIGKILL');
  });

  it('says that a command is not installed', async () => {
    await expect(run('no-such-command', [])).rejects.toThrow(
      '"no-such-command" is not installed or not on the PATH.',
    );
  });
});
