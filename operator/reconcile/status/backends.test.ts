import { describe, expect, it } from '@jest/globals';
import type { BackendStatus, ServerStatus } from '../../../proxy-image/config/status.ts';
import { plan } from '../plan/plan.ts';
import { planInput } from '../testdata/inputs.ts';
import { backendReports, backendsHealthy } from './backends.ts';
import type { DataPlane } from './types.ts';

const PLAN = plan(
  planInput({
    frontends: [
      { name: 'a', protocol: 'TCP', backend: 'a' },
      { name: 'b', protocol: 'TCP', port: 444, backend: 'b' },
    ],
    backends: ['a', 'b'].map((name) => ({ name, protocol: 'TCP', servers: [{ host: 'twc-0', port: 1 }] })),
  }),
);

const UP = server('twc-0', 'Up');
const DOWN = server('twc-0', 'Down', 'refused');
const UNKNOWN = server('twc-0', 'Unknown');

function server(host: string, state: ServerStatus['state'], message?: string): ServerStatus {
  return { host, port: 1, state, connections: 0, ...(message === undefined ? {} : { message }) };
}

/** Pods that report these servers of backend `a` and, where it is given, `b`; null for a pod that does not answer. */
function dataPlane(...pods: readonly ({ a: ServerStatus[]; b?: ServerStatus[] } | null)[]): DataPlane {
  return {
    configHash: 'a'.repeat(64),
    desired: pods.length,
    pods: pods.map((servers, index) => {
      const backends: readonly BackendStatus[] = Object.entries(servers ?? {}).map(([name, list]) => ({
        name,
        servers: list,
      }));
      const status = { phase: 'Serving', configHash: 'a'.repeat(64), rejected: null, backends } as const;
      const rest = { frontends: [], certificates: [], forwards: [], workers: [] };
      return {
        name: `pod-${index}`,
        problem: null,
        status: servers === null ? null : { ...status, ...rest },
      };
    }),
  };
}

describe('BackendsHealthy', () => {
  it.each([
    ['nobody has answered', dataPlane(null), 'Unknown', 'Pending'],
    ['there are no pods', dataPlane(), 'Unknown', 'Pending'],
    ['the server is up', dataPlane({ a: [UP] }), 'True', 'Healthy'],
    ['nobody knows', dataPlane({ a: [UNKNOWN] }), 'True', 'Healthy'],
    ['it is down', dataPlane({ a: [DOWN] }), 'False', 'NoServerUp'],
    ['it is down for all that know', dataPlane({ a: [DOWN] }, { a: [UNKNOWN] }, null), 'False', 'NoServerUp'],
    ['it is down for one pod alone', dataPlane({ a: [DOWN] }, { a: [UP] }), 'True', 'Healthy'],
    ['one of two is down', dataPlane({ a: [DOWN, server('twc-1', 'Up')] }), 'True', 'SomeServersDown'],
    ['another backend has none', dataPlane({ a: [UP], b: [DOWN] }), 'False', 'NoServerUp'],
  ])('when %s', (_, given, status, reason) => {
    expect(backendsHealthy(PLAN, given)).toMatchObject({ type: 'BackendsHealthy', status, reason });
  });

  it('says of each server why it is down', () => {
    const all = dataPlane({ a: [DOWN, server('2001:db8::1', 'Down', 'no route')] });

    expect(backendsHealthy(PLAN, all).message).toBe(
      'backend a has no server that is up: twc-0:1: refused; [2001:db8::1]:1: no route',
    );
  });
});

describe('status.backends', () => {
  it('counts the servers that are up, and tells of the others', () => {
    const given = dataPlane({ a: [DOWN, server('twc-1', 'Up'), server('twc-2', 'Unknown')], b: [UP] });

    expect(backendReports(PLAN, given)).toEqual([
      { name: 'a', servers: 3, up: 2, message: 'twc-0:1: refused' },
      { name: 'b', servers: 1, up: 1 },
    ]);
  });

  it('leaves out what no pod reports, and what is no longer wanted', () => {
    const given = dataPlane({ a: [UP] });
    const others = { ...PLAN, backends: PLAN.backends.filter(({ spec }) => spec.name === 'b') };

    expect(backendReports(PLAN, given).map(({ name }) => name)).toEqual(['a']);
    expect(backendReports(others, given)).toEqual([]);
  });
});
