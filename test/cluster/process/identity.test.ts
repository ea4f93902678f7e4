import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { identify, isRunning } from './identity.ts';

describe('identify', () => {
  it('knows a running process again', () => {
    const self = identify(process.pid);

    expect(self?.pid).toBe(process.pid);
    expect(self !== undefined && isRunning(self)).toBe(true);
  });

  it('does not mistake another process with the same pid for it', () => {
    expect(isRunning({ pid: process.pid, started: '1' })).toBe(false);
  });

  it('finds nothing once the process has ended', async () => {
    const child = spawn('true');
    const pid = child.pid ?? 0;
    await once(child, 'exit');

    expect(identify(pid)).toBeUndefined();
  });
});
