import { describe, expect, it } from '@jest/globals';
import type { ProxyStatus } from '../../../proxy-image/config/status.ts';
import type { Service } from '../../kube/types.ts';
import { plan } from '../plan/plan.ts';
import type { Plan } from '../plan/types.ts';
import { LAYER7, planInput, PUBLIC_CERTIFICATE } from '../testdata/inputs.ts';
import { statusOf } from './status.ts';
import type { DataPlane, Observation, PodReport } from './types.ts';

const HASH = 'a'.repeat(64);
const NOW = new Date('2026-11-24T12:00:00.500Z');

function service(address?: string): Service {
  return address === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip: address }] } } };
}

function pod(name: string, status: Partial<ProxyStatus> = {}): PodReport {
  const serving: ProxyStatus = {
    phase: 'Serving',
    configHash: HASH,
    rejected: null,
    frontends: [],
    certificates: [],
    backends: [],
    forwards: [],
    workers: [],
  };
  return { name, status: { ...serving, ...status }, problem: null };
}

function observation(
  changes: Partial<Omit<Observation, 'dataPlane'>> & { dataPlane?: Partial<DataPlane> } = {},
): Observation {
  const { dataPlane, ...rest } = changes;
  return {
    plan: plan(planInput(LAYER7)),
    services: new Map([
      ['web', service('172.30.0.100')],
      ['client', service('172.30.0.101')],
      ['license', service('172.30.0.102')],
    ]),
    holders: new Map(),
    warnings: new Map(),
    now: NOW,
    ...rest,
    dataPlane: { configHash: HASH, desired: 2, pods: [pod('a'), pod('b')], ...dataPlane },
  };
}

function condition(type: string, given: Observation): object | undefined {
  return statusOf(given).conditions?.find((entry) => entry.type === type);
}

describe('the status of a proxy whose flows are all served', () => {
  it('is ready, and tells addresses, expiry and what clients enter', () => {
    const status = statusOf(observation());

    expect(status).toMatchObject({
      observedGeneration: 3,
      addresses: '172.30.0.100,172.30.0.101,172.30.0.102',
      dataPlane: { configHash: HASH, desired: 2, serving: 2 },
      clientSettings: {
        webapp: 'https://twc.example.com/webapp',
        rest: 'https://twc.example.com/osmc',
        modelingClient: '172.30.0.101:443',
        license: '443@172.30.0.102',
      },
    });
    expect(status.certificateExpiry).toMatch(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(
      status.conditions?.map(({ type, status: value, lastTransitionTime }) => [
        type,
        value,
        lastTransitionTime,
      ]),
    ).toEqual(
      ['Accepted', 'CertificatesValid', 'AddressesAssigned', 'Programmed', 'BackendsHealthy', 'Ready'].map(
        (type) => [type, 'True', '2026-11-24T12:00:00Z'],
      ),
    );
  });

  it('reports each flow with its address and what is used to reach it', () => {
    expect(statusOf(observation()).frontends).toEqual([
      {
        name: 'web',
        protocol: 'HTTPS',
        port: 443,
        backends: ['rest', 'webapp'],
        address: '172.30.0.100',
        url: 'https://twc.example.com',
      },
      {
        name: 'client',
        protocol: 'TCP',
        port: 443,
        backends: ['client'],
        address: '172.30.0.101',
        url: '172.30.0.101:443',
      },
      {
        name: 'license',
        protocol: 'TCP',
        port: 443,
        backends: ['license'],
        address: '172.30.0.102',
        url: '172.30.0.102:443',
      },
    ]);
  });

  it('keeps the transition times of what has not changed', () => {
    const first = observation();
    const { proxy } = first.plan;
    const again: Plan = { ...first.plan, proxy: { ...proxy, status: statusOf(first) } };

    const second = statusOf({ ...first, plan: again, now: new Date('2026-11-25T00:00:00Z') });

    expect(second).toEqual(statusOf(first));
  });
});

describe('what clients enter', () => {
  it.each([
    [
      'by name where flows have one',
      { hostnames: { client: 'client.example.com', license: 'license.example.com' } },
      {
        webapp: 'https://twc.example.com/webapp',
        rest: 'https://twc.example.com/osmc',
        modelingClient: 'client.example.com:443',
        license: '443@license.example.com',
      },
    ],
    [
      'by address with topology Layer4 where they have none',
      { topology: 'Layer4' },
      {
        webapp: 'https://twc.example.com/webapp',
        rest: 'https://[2001:db8::10]/osmc',
        modelingClient: '172.30.0.101:443',
        license: '443@172.30.0.102',
      },
    ],
  ])('is told %s', (_, cloud, expected) => {
    const spec = { ...LAYER7, teamworkCloud: { ...LAYER7.teamworkCloud, ...cloud } };
    const given = observation({ plan: plan(planInput(spec)) });
    const services = new Map([...given.services, ['rest', service('2001:db8::10')]]);

    expect(statusOf({ ...given, services }).clientSettings).toEqual(expected);
  });
});

describe('Programmed', () => {
  const refusal = {
    configHash: HASH,
    kind: 'Invalid',
    errors: [{ path: 'frontends[0].port', message: 'is taken' }],
  } as const;

  it.each<[string, Partial<DataPlane>, string, string]>([
    ['no pods yet', { pods: [] }, 'Pending', 'waiting for 2 proxy pods'],
    ['no pods wanted', { pods: [], desired: 0 }, 'Pending', 'workload.replicas is 0, so nothing is served'],
    [
      'a pod that can not be asked',
      { pods: [pod('a'), { name: 'b', status: null, problem: 'ErrImagePull: no such image' }] },
      'Pending',
      'b: ErrImagePull: no such image',
    ],
    [
      'a pod that is not ready',
      { pods: [pod('a'), { ...pod('b'), problem: 'is not ready yet' }] },
      'Pending',
      'b: is not ready yet',
    ],
    [
      'a pod that waits for its files',
      {
        pods: [
          pod('a', {
            configHash: 'b'.repeat(64),
            rejected: {
              configHash: HASH,
              kind: 'Waiting',
              errors: [{ path: 'certificates[0].chainFile', message: 'is another one' }],
            },
          }),
        ],
      },
      'Pending',
      'a: still serves another configuration (certificates[0].chainFile: is another one)',
    ],
    [
      'a pod that refuses the configuration',
      { pods: [pod('a', { configHash: 'b'.repeat(64), rejected: refusal }), pod('b')] },
      'Refused',
      'a: frontends[0].port: is taken',
    ],
    [
      'a listener that failed',
      {
        pods: [
          pod('a', {
            frontends: [
              {
                name: 'web',
                address: '::',
                port: 10_001,
                state: 'Failed',
                message: 'EADDRINUSE',
                connections: 0,
              },
            ],
          }),
        ],
      },
      'NotListening',
      'a: web: EADDRINUSE',
    ],
  ])('is false with %s', (_, dataPlane, reason, message) => {
    expect(condition('Programmed', observation({ dataPlane }))).toMatchObject({
      status: 'False',
      reason,
      message,
    });
  });

  it('is false with a flow that can not be served', () => {
    const given = observation({ plan: plan(planInput(LAYER7, { secrets: new Map() })) });

    expect(condition('Programmed', given)).toMatchObject({
      status: 'False',
      reason: 'FlowsNotServed',
      message: 'web is not served: none of its certificates (public) can be used',
    });
  });
});

describe('Accepted', () => {
  it('is false with every refusal, and the rest is unknown to the pods', () => {
    const spec = {
      certificates: [PUBLIC_CERTIFICATE],
      frontends: [{ name: 'a', protocol: 'TCP', backend: 'none' }],
    };

    const given = observation({ plan: plan(planInput(spec)), dataPlane: { configHash: null } });

    expect(condition('Accepted', given)).toMatchObject({
      status: 'False',
      reason: 'UnknownBackend',
      message:
        'spec.frontends[a]: there is no backend none (there are none); add it to spec.backends or correct the name. What was served before is served on.',
    });
    expect(condition('Programmed', given)).toMatchObject({ status: 'Unknown', reason: 'NotAccepted' });
    expect(condition('Ready', given)).toMatchObject({ status: 'False', reason: 'UnknownBackend' });
  });
});
