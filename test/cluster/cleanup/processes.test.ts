import { describe, expect, it } from '@jest/globals';
import { findProcesses, hasClusterCgroup } from './processes.ts';

describe('hasClusterCgroup', () => {
  it('knows a pod by its cgroup, in one hierarchy of many or in the only one', () => {
    expect(hasClusterCgroup('12:memory:/twp-node-1/kubepods/besteffort/pod1/abc\n0::/\n')).toBe(true);
    expect(hasClusterCgroup('0::/twp-node-2/kubepods/pod2/def\n')).toBe(true);
  });

  it('leaves alone what only looks like it', () => {
    expect(hasClusterCgroup('12:memory:/kubepods/twp-node-1\n1:name=twp-x:/\n0::/user.slice\n')).toBe(false);
    expect(hasClusterCgroup('')).toBe(false);
  });
});

describe('findProcesses', () => {
  it('never finds the process that looks', () => {
    expect(findProcesses().map(({ pid }) => pid)).not.toContain(process.pid);
  });
});
