import { describe, expect, it } from '@jest/globals';
import { contradictions } from './pins.ts';

const goMod = `module example

require (
	go.etcd.io/etcd/server/v3 v3.6.8
	k8s.io/kubernetes v1.36.3
)

require k8s.io/api v0.36.3 // indirect

replace (
	k8s.io/api => k8s.io/api v0.36.3
	k8s.io/kubectl => k8s.io/kubectl v0.36.2
)
`;

describe('contradictions', () => {
  it('finds a replaced module of another release', () => {
    expect(contradictions(goMod, { kubernetes: '1.36.3', etcd: '3.6.8' })).toEqual([
      'k8s.io/kubectl is replaced by 0.36.2 in go.mod; Kubernetes 1.36.3 needs 0.36.3',
    ]);
  });

  it('finds required modules of another version', () => {
    const findings = contradictions(goMod, { kubernetes: '1.36.2', etcd: '3.6.9' });

    expect(findings).toContain('k8s.io/kubernetes is 1.36.3 in go.mod and 1.36.2 in versions.ts');
    expect(findings).toContain('go.etcd.io/etcd/server/v3 is 3.6.8 in go.mod and 3.6.9 in versions.ts');
  });

  it('finds a module that is not required at all', () => {
    expect(contradictions('module example\n', { kubernetes: '1.36.3', etcd: '3.6.8' })).toContain(
      'k8s.io/kubernetes is not required in go.mod and 1.36.3 in versions.ts',
    );
  });
});
