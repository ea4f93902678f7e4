import { describe, expect, it } from '@jest/globals';
import { hierarchies } from './cgroups.ts';

describe('hierarchies', () => {
  it('are one per controller with cgroup v1', () => {
    const mounts = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
`;

    expect(hierarchies(mounts)).toEqual(['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/memory']);
  });

  it('is a single one with cgroup v2', () => {
    expect(hierarchies('cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n')).toEqual(['/sys/fs/cgroup']);
  });
});
