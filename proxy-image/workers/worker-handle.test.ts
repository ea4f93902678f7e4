import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MAX_SILENT_BEATS, WorkerHandle } from './worker-handle.ts';

/** What a handle needs of a process. */
function makeHandle(): WorkerHandle {
  const worker = Object.assign(new EventEmitter(), { process: { pid: 1 }, isConnected: () => false });
  return new WorkerHandle(worker as unknown as Worker);
}

function beats(handle: WorkerHandle, count: number): readonly boolean[] {
  return Array.from({ length: count }, () => handle.isStuck());
}

describe('a worker', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('is stuck when it is silent at many heartbeats in a row', () => {
    const handle = makeHandle();

    expect(beats(handle, MAX_SILENT_BEATS)).not.toContain(true);
    expect(handle.isStuck()).toBe(true);
  });

  it('is not stuck while something comes from it', () => {
    const handle = makeHandle();
    beats(handle, MAX_SILENT_BEATS);

    handle.note({ type: 'Ready' });

    expect(beats(handle, MAX_SILENT_BEATS)).not.toContain(true);
  });

  it('is not stuck because the host has stood still', () => {
    const handle = makeHandle();
    handle.note({ type: 'Ready' });

    jest.advanceTimersByTime(3_600_000);

    expect(handle.isStuck()).toBe(false);
  });
});
