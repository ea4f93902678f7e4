import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SERVICES } from '../../../operator/kube/resources.ts';
import type { Resource } from '../../../operator/kube/resources.ts';
import type { KubernetesObject } from '../../../operator/kube/types.ts';
import { eventually } from '../../support/eventually.ts';
import { openSite } from './site.ts';
import type { Site } from './site.ts';

const CLOUD = {
  release: '2026x',
  topology: 'Layer4',
  hostname: 'twc.example.com',
  servers: [{ host: '192.0.2.1' }],
};

/** What cloud controllers put on a Service, so that it stays until they have removed its load balancer. */
const CLEANUP = 'service.kubernetes.io/load-balancer-cleanup';

/** What is waited for may take long where much else runs. */
jest.setTimeout(60_000);

const CORE_EVENTS: Resource = {
  group: '',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

let site: Site;

beforeAll(async () => {
  site = await openSite('addresses');
}, 60_000);

afterAll(async () => {
  await site?.release();
});

async function eventOf(name: string, reason: string): Promise<string> {
  const notes = await eventually(`an event ${reason} of ${name}`, async () => {
    const found = (await site.events(name)).filter((event) => event.reason === reason);
    return found.length > 0 ? found.map(({ note }) => note) : undefined;
  });
  expect(notes).toHaveLength(1);
  return notes[0] ?? '';
}

describe('an address that was asked for', () => {
  it('and that another Service has, is told with that one, until it is free', async () => {
    await site.client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: site.namespace, name: 'other' },
      spec: { type: 'LoadBalancer', selector: { app: 'other' }, ports: [{ port: 443 }] },
    });
    await site.assign('other', '192.0.2.10');
    await site.applyProxy('late', { teamworkCloud: { ...CLOUD, addresses: { client: '192.0.2.10' } } });

    await site.assign('late-webapp', '192.0.2.11');
    await site.assign('late-rest', '192.0.2.12');
    const taken = await site.until(
      'late',
      'an address that is taken',
      (_, condition) => condition('AddressesAssigned')?.reason === 'AddressTaken',
    );
    await site.assign('other', '192.0.2.99');
    await site.assign('late-client', '192.0.2.10');
    await site.until(
      'late',
      'all addresses',
      (_, condition) => condition('AddressesAssigned')?.status === 'True',
    );

    const conditions = taken.status?.conditions ?? [];
    expect(conditions.find(({ type }) => type === 'AddressesAssigned')?.message).toContain(
      `client (asked for 192.0.2.10) has no address: Service ${site.namespace}/other has that one; ask for another, or free it`,
    );
    expect(await eventOf('late', 'AddressTaken')).toContain(`Service ${site.namespace}/other has that one`);
  });

  it('and that the load balancer refuses, is told with what that says of the Service', async () => {
    await site.applyProxy('refused', {
      teamworkCloud: { ...CLOUD, addresses: { client: '198.51.100.1' } },
    });
    const service = await eventually('the Service', () => site.service('refused-client'));
    const { namespace, name, uid } = service.metadata ?? {};
    const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const note = `Failed to allocate IP for "${namespace}/${name}": ["198.51.100.1"] is not allowed in config`;
    await eventually('a time after that of the Service', async () =>
      now() > (service.metadata?.creationTimestamp ?? '') ? true : undefined,
    );

    // As MetalLB writes it, in the older of two ways.
    await site.client.create(CORE_EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: site.namespace, name: `${name}.1` },
      involvedObject: { apiVersion: 'v1', kind: 'Service', namespace, name, uid },
      type: 'Warning',
      reason: 'AllocationFailed',
      message: note,
      source: { component: 'metallb-controller' },
      count: 1,
      firstTimestamp: now(),
      lastTimestamp: now(),
    } as KubernetesObject);
    const { status } = await site.until(
      'refused',
      'a refusal',
      (_, condition) => condition('AddressesAssigned')?.reason === 'AddressRefused',
    );

    const message = status?.conditions?.find(({ type }) => type === 'AddressesAssigned')?.message;
    expect(message).toContain(`client (asked for 198.51.100.1) has no address: ${note}`);
    expect(await eventOf('refused', 'AddressRefused')).toContain(note);
  });

  it('by two resources, is left to the one that has it', async () => {
    const spec = { teamworkCloud: { ...CLOUD, addresses: { client: '192.0.2.50' } } };
    await site.applyProxy('one', spec);
    await site.assign('one-client', '192.0.2.50');
    await site.applyProxy('two', spec);
    const { status } = await site.until(
      'two',
      'an address that is taken',
      (_, condition) => condition('AddressesAssigned')?.reason === 'AddressTaken',
    );

    const quiet = await eventually('passes without a write', async () => {
      const [passes, writes] = [await site.operator.passes(), await site.operator.writes()];
      await eventually('four more passes', async () =>
        (await site.operator.passes()) >= passes + 4 ? true : undefined,
      );
      return (await site.operator.writes()) === writes ? writes : undefined;
    });

    const conditions = status?.conditions ?? [];
    expect(conditions.find(({ type }) => type === 'AddressesAssigned')?.message).toContain(
      `Service ${site.namespace}/one-client has that one`,
    );
    expect(quiet).toBeGreaterThan(0);
  });

  it('is followed when it becomes another, which is told', async () => {
    await site.applyProxy('moving', { teamworkCloud: CLOUD });
    const at = (address: string) =>
      site.until('moving', `a client flow at ${address}`, ({ status }) =>
        Boolean(status?.frontends?.some((frontend) => frontend.address === address)),
      );

    await site.assign('moving-client', '192.0.2.20');
    await at('192.0.2.20');
    await site.assign('moving-client', '192.0.2.21');
    const { status } = await at('192.0.2.21');

    expect(status?.clientSettings?.modelingClient).toBe('192.0.2.21:443');
    expect(await eventOf('moving', 'AddressChanged')).toBe(
      'client is at 192.0.2.21 now and was at 192.0.2.20; correct the DNS, and clients that have the address itself',
    );
  });
});

describe('a Service with another load balancer class', () => {
  it('is made when the one before is gone, on the same port of the pods, and that is told', async () => {
    const frontend = { name: 'aaa', protocol: 'TCP', backend: 'client' };
    const spec = (className: string, frontends: readonly object[]) => ({
      teamworkCloud: CLOUD,
      loadBalancer: { class: className },
      frontends,
    });
    await site.applyProxy('class', spec('example.com/one', [frontend]));
    await eventually('the Service of aaa', () => site.service('class-aaa'));
    // Port numbers that are free again, below that of aaa: a Service that forgot its own would get one of these.
    await site.applyProxy('class', {
      frontends: [frontend],
      backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10002 }] }],
      loadBalancer: { class: 'example.com/one' },
    });
    await eventually('an end of the other Services', async () =>
      (await site.service('class-client')) === undefined ? true : undefined,
    );
    const key = { namespace: site.namespace, name: 'class-aaa' };
    await site.client.patch(SERVICES, key, { metadata: { finalizers: [CLEANUP] } });
    await site.assign('class-aaa', '192.0.2.30');
    const port = (await site.service('class-aaa'))?.spec?.ports?.[0]?.targetPort;

    await site.applyProxy('class', {
      frontends: [frontend],
      backends: [{ name: 'client', protocol: 'TCP', servers: [{ host: '192.0.2.1', port: 10002 }] }],
      loadBalancer: { class: 'example.com/two' },
    });
    await site.until(
      'class',
      'a flow that waits',
      (_, condition) =>
        condition('AddressesAssigned')?.message === 'waiting for the load balancer to give an address to aaa',
    );
    const leaving = await site.service('class-aaa');
    await site.client.patch(SERVICES, key, { metadata: { finalizers: null } });
    const successor = await eventually('its successor', async () => {
      const found = await site.service('class-aaa');
      return found?.spec?.loadBalancerClass === 'example.com/two' ? found : undefined;
    });

    expect(leaving?.metadata?.deletionTimestamp).toBeDefined();
    expect(leaving?.spec?.loadBalancerClass).toBe('example.com/one');
    expect(port).toBe(10_004);
    expect(successor.spec?.ports).toMatchObject([{ targetPort: port }]);
    expect(await eventOf('class', 'ServiceReplaced')).toBe(
      "Service class-aaa is replaced, as its load balancer class changes from example.com/one to example.com/two: clients can't connect until the new one has an address, which may be another",
    );
  });
});
