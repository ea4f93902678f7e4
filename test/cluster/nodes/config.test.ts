import { describe, expect, it } from '@jest/globals';
import { layoutIn } from '../control-plane/layout.ts';
import { nodes } from '../network/addresses.ts';
import { cniConfig } from './containerd.ts';
import { kubeletConfig } from './kubelet.ts';

describe('kubeletConfig', () => {
  it('keeps the pods of each node in a cgroup of its own', () => {
    const roots = nodes
      .map((node) => kubeletConfig(node, layoutIn('/state')))
      .map((config) => config.cgroupRoot);

    expect(roots).toEqual(['/twp-node-1', '/twp-node-2']);
  });

  it('leaves alone how fast Secrets and ConfigMaps reach a pod', () => {
    const config = kubeletConfig(nodes[0], layoutIn('/state'));

    expect(config).not.toHaveProperty('syncFrequency');
    expect(config).not.toHaveProperty('configMapAndSecretChangeDetectionStrategy');
  });
});

describe('cniConfig', () => {
  it('gives pods addresses of their node', () => {
    expect(cniConfig(nodes[1])).toMatchObject({
      plugins: [{ type: 'ptp', ipam: { ranges: [[{ subnet: '10.244.2.0/24' }]] } }, { type: 'portmap' }],
    });
  });
});
