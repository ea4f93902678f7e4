import { describe, expect, it } from '@jest/globals';
import { describeInventory, type Inventory, isEmpty, mountsBelow } from './inventory.ts';

const nothing: Inventory = { processes: [], namespaces: [], links: [], mounts: [], cgroups: [], folders: [] };

describe('mountsBelow', () => {
  it('lists what is mounted below a folder, the deepest first', () => {
    const mountinfo = [
      '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      '40 27 0:30 / /cache/cluster/machines/a rw - tmpfs tmpfs rw',
      '41 40 0:31 / /cache/cluster/machines/a/var/lib rw - tmpfs tmpfs rw',
      '42 27 0:32 / /cache/cluster-of-somebody-else rw - tmpfs tmpfs rw',
      '',
    ].join('\n');

    expect(mountsBelow('/cache/cluster', mountinfo)).toEqual([
      '/cache/cluster/machines/a/var/lib',
      '/cache/cluster/machines/a',
    ]);
  });
});

describe('isEmpty', () => {
  it('is true only if there is nothing of any kind', () => {
    expect(isEmpty(nothing)).toBe(true);
    expect(isEmpty({ ...nothing, links: ['twp-host'] })).toBe(false);
  });
});

describe('describeInventory', () => {
  it('has a line for every kind that there is something of', () => {
    const inventory: Inventory = {
      ...nothing,
      processes: [
        { pid: 1, name: 'etcd' },
        { pid: 2, name: 'kubelet' },
        { pid: 3, name: 'kubelet' },
      ],
      cgroups: ['/sys/fs/cgroup/cpu/twp-node-1', '/sys/fs/cgroup/memory/twp-node-1'],
    };

    expect(describeInventory(inventory)).toEqual([
      '3 processes: etcd, kubelet x 2',
      '2 cgroups: twp-node-1 x 2',
    ]);
  });
});
