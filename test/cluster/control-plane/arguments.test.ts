import { describe, expect, it } from '@jest/globals';
import { apiServerArguments } from './arguments.ts';
import { layoutIn } from './layout.ts';
import { firstAddress } from './identities.ts';

const layout = layoutIn('/state');
const loopback = {
  address: '127.0.0.1',
  port: 1234,
  serviceCidr: '10.96.0.0/16',
  auditLog: false,
  nodes: false,
};

describe('apiServerArguments', () => {
  it('listens where it is told to and demands authorization', () => {
    expect(apiServerArguments(layout, loopback)).toEqual(
      expect.arrayContaining([
        '--bind-address=127.0.0.1',
        '--secure-port=1234',
        '--authorization-mode=Node,RBAC',
      ]),
    );
  });

  it('publishes its own address only if there are nodes that could use it', () => {
    expect(apiServerArguments(layout, loopback)).toContain('--endpoint-reconciler-type=none');
    expect(apiServerArguments(layout, { ...loopback, nodes: true })).not.toContain(
      '--endpoint-reconciler-type=none',
    );
  });

  it('writes an audit log only if it is asked to', () => {
    const auditLog = '--audit-log-path=/state/logs/audit.jsonl';

    expect(apiServerArguments(layout, loopback)).not.toContain(auditLog);
    expect(apiServerArguments(layout, { ...loopback, auditLog: true })).toContain(auditLog);
  });
});

describe('firstAddress', () => {
  it('is the address of the kubernetes Service', () => {
    expect(firstAddress('10.96.0.0/16')).toBe('10.96.0.1');
  });
});
