import { describe, expect, it } from '@jest/globals';
import { loadAll } from 'js-yaml';
import { forSlowMachines } from './manifest.ts';

const manifest = `
kind: Namespace
---
kind: DaemonSet
spec:
  template:
    spec:
      containers:
      - name: speaker
        env:
        - name: METALLB_NODE_NAME
        - name: METALLB_ML_BIND_ADDR
        - name: METALLB_ML_LABELS
---
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: controller
`;

describe('forSlowMachines', () => {
  it('gives all of MetalLB its share of the CPU, and has no speaker judge another', () => {
    const resources = { requests: { cpu: '100m', memory: '64Mi' } };
    const of = (container: object) => ({ spec: { template: { spec: { containers: [container] } } } });

    expect(loadAll(forSlowMachines(manifest))).toMatchObject([
      { kind: 'Namespace' },
      { kind: 'DaemonSet', ...of({ name: 'speaker', env: [{ name: 'METALLB_NODE_NAME' }], resources }) },
      { kind: 'Deployment', ...of({ name: 'controller', resources }) },
    ]);
  });

  it('says so if there is no speaker', () => {
    expect(() => forSlowMachines('kind: Namespace\n')).toThrow("MetalLB's manifest has no speaker");
  });
});
