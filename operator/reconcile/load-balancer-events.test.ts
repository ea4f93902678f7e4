import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { Event, Service } from '../kube/types.ts';
import { createLoadBalancerEvents } from './load-balancer-events.ts';
import type { LoadBalancerEvents } from './load-balancer-events.ts';

const START = '2026-01-01T00:00:00Z';

let clock: FakeClock;
let events: readonly Event[];
/** When events were listed, in milliseconds. */
let listed: number[];
let loadBalancer: LoadBalancerEvents;

beforeEach(() => {
  clock = new FakeClock(START);
  events = [];
  listed = [];
  loadBalancer = createLoadBalancerEvents({
    async list() {
      listed.push(clock.monotonic());
      return events;
    },
    clock,
    fieldManager: 'operator',
  });
});

function service(written = START): Service {
  const managedFields = [{ manager: 'operator', operation: 'Apply', time: written }];
  return { metadata: { namespace: 'mcs', name: 'twc-web', uid: 'service-uid', managedFields } };
}

function warning(note: string, change: Partial<Event> = {}): Event {
  const regarding = { kind: 'Service', name: 'twc-web', uid: 'service-uid' };
  const deprecatedLastTimestamp = '2026-01-01T00:00:01Z';
  return { type: 'Warning', note, regarding, deprecatedLastTimestamp, ...change } as Event;
}

describe('warningAbout', () => {
  it('is the newest one about the Service', async () => {
    events = [
      warning('no pool', { deprecatedLastTimestamp: '2026-01-01T00:00:02Z' }),
      warning('an address that is not in a pool.', {
        eventTime: '2026-01-01T00:00:00.000000Z',
        series: { count: 2, lastObservedTime: '2026-01-01T00:00:03.000000Z' },
      }),
      warning('of before the last change', { deprecatedLastTimestamp: '2025-12-31T23:59:54Z' }),
      warning('of another one', {
        regarding: { uid: 'other-uid' },
        deprecatedLastTimestamp: '2026-01-01T00:00:04Z',
      }),
      warning('all is well', { type: 'Normal', deprecatedLastTimestamp: '2026-01-01T00:00:04Z' }),
    ];
    await clock.advance(5000);

    await expect(loadBalancer.warningAbout(service())).resolves.toBe('an address that is not in a pool');
  });

  it.each([
    {
      reportingController: 'ipallocator-repair-controller',
      note: 'Cluster IP [IPv4]: 10.96.0.9 is not allocated; repairing',
    },
    {
      reportingController: 'portallocator-repair-controller',
      note: 'Port 30001 is not allocated; repairing',
    },
    {
      deprecatedSource: { component: 'endpoint-slice-controller' },
      note: 'Error updating Endpoint Slices for Service mcs/twc-web: the object has been modified',
    },
  ])('is not what others warn of: $note', async (change) => {
    events = [warning(change.note, change)];
    await clock.advance(5000);

    await expect(loadBalancer.warningAbout(service())).resolves.toBeNull();
  });

  it.each([
    { reportingController: 'metallb-controller' },
    { deprecatedSource: { component: 'service-controller' } },
    {},
  ])('may come from any load balancer: %j', async (change) => {
    events = [warning('no pool', change)];
    await clock.advance(5000);

    await expect(loadBalancer.warningAbout(service())).resolves.toBe('no pool');
  });

  it('is asked for now and then for two minutes after a change, and then not any more', async () => {
    events = [warning('no pool')];

    for (let second = 0; second < 600; second += 1) {
      await loadBalancer.warningAbout(service());
      await clock.advance(1000);
    }
    const said = await loadBalancer.warningAbout(service());

    expect(listed).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000]);
    expect(said).toBe('no pool');
  });

  it('is forgotten when the Service is changed', async () => {
    events = [warning('no pool')];
    await clock.advance(2000);
    const before = await loadBalancer.warningAbout(service());

    await clock.advance(18_000);
    const changed = service('2026-01-01T00:00:20Z');
    const at = await loadBalancer.warningAbout(changed);
    await clock.advance(1000);
    const after = await loadBalancer.warningAbout(changed);

    expect([before, at, after]).toEqual(['no pool', null, null]);
    expect(listed).toEqual([2000, 21_000]);
  });
});
