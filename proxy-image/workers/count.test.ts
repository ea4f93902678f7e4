import { describe, expect, it } from '@jest/globals';
import { defaultWorkerCount, readQuota, workerMemory } from './count.ts';

const MIB = 2 ** 20;

describe('defaultWorkerCount', () => {
  it.each([
    [1, Number.POSITIVE_INFINITY, 1],
    [2, Number.POSITIVE_INFINITY, 2],
    [64, Number.POSITIVE_INFINITY, 4],
    [0.5, Number.POSITIVE_INFINITY, 1],
    [1.5, Number.POSITIVE_INFINITY, 2],
    [4, 300 * MIB, 2],
    [4, 64 * MIB, 1],
  ])('with %d CPUs and %d bytes is %d', (cpus, memory, expected) => {
    expect(defaultWorkerCount({ cpus, memory })).toBe(expected);
  });
});

describe('workerMemory', () => {
  it.each([
    [512 * MIB, 1, 352 * MIB],
    [512 * MIB, 2, 128 * MIB],
    [Number.POSITIVE_INFINITY, 4, Number.POSITIVE_INFINITY],
  ])('of %d bytes for %d workers is %d', (memory, workers, expected) => {
    expect(workerMemory({ cpus: 1, memory }, workers)).toBe(expected);
  });
});

describe('readQuota', () => {
  it.each<[string, Record<string, string>, number]>([
    ['version 2', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
    ['version 2 without a limit', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, Number.POSITIVE_INFINITY],
    [
      'version 1',
      {
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '200000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      2,
    ],
    [
      'version 1 without a limit',
      {
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      },
      Number.POSITIVE_INFINITY,
    ],
    ['no control groups', {}, Number.POSITIVE_INFINITY],
  ])('reads %s', (_what, files, expected) => {
    const read = (file: string): string => {
      const content = files[file];
      if (content === undefined) {
        throw new Error('ENOENT');
      }
      return content;
    };

    expect(readQuota(read)).toBe(expected);
  });
});
