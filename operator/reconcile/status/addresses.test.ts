import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../kube/types.ts';
import { plan } from '../plan/plan.ts';
import { LAYER7, planInput } from '../testdata/inputs.ts';
import { addressesAssigned } from './addresses.ts';

const TYPE = 'AddressesAssigned';

function service(address?: string, status: Service['status'] = {}): Service {
  const ingress = address === undefined ? [] : [{ ip: address }];
  return {
    metadata: { namespace: 'mcs', name: 'twc-web' },
    status: { ...status, loadBalancer: { ingress } },
  };
}

/** The condition of three flows, of which the first may ask for an address. */
function condition(
  requested: string | null,
  web: Service | undefined,
  {
    holders = {},
    warnings = {},
    client = service('192.0.2.2'),
  }: { holders?: Record<string, string>; warnings?: Record<string, string>; client?: Service } = {},
): object {
  const cloud = { ...LAYER7.teamworkCloud, addresses: requested === null ? {} : { web: requested } };
  const services = new Map([
    ['client', client],
    ['license', service('192.0.2.3')],
  ]);
  if (web !== undefined) services.set('web', web);
  const planned = plan(planInput({ ...LAYER7, teamworkCloud: cloud }));
  return addressesAssigned({
    plan: planned,
    services,
    holders: new Map(Object.entries(holders)),
    warnings: new Map(Object.entries(warnings)),
  });
}

describe('AddressesAssigned', () => {
  it.each([
    ['any address where none was asked for', null, '192.0.2.1'],
    ['the one that was asked for', '192.0.2.1', '192.0.2.1'],
    ['another spelling of it', '2001:db8:0::1', '2001:db8::1'],
  ])('is true with %s', (_, requested, given) => {
    expect(condition(requested, service(given))).toEqual({
      type: TYPE,
      status: 'True',
      reason: 'Assigned',
      message: '3 addresses',
    });
  });

  it.each([
    [
      'flows that wait',
      condition(null, undefined, { client: service() }),
      'Pending',
      'waiting for the load balancer to give an address to web, client',
    ],
    [
      'an address that is not given',
      condition('192.0.2.1', service()),
      'Pending',
      'web (asked for 192.0.2.1) has no address yet: where the load balancer refuses it, the events of Service mcs/twc-web say why',
    ],
    [
      'one that the load balancer refuses',
      condition(
        '192.0.2.1',
        service(undefined, {
          conditions: [
            {
              type: 'cilium.io/IPAMRequestSatisfied',
              status: 'False',
              reason: 'already_allocated',
              message: "The IP '192.0.2.1' is already allocated to another service",
              lastTransitionTime: '2026-11-24T12:00:00Z',
            },
          ],
        }),
      ),
      'AddressRefused',
      "web (asked for 192.0.2.1) has no address: The IP '192.0.2.1' is already allocated to another service",
    ],
    [
      'one of which the load balancer has an event',
      condition(null, service(), {
        warnings: { web: 'Failed to allocate IP for "mcs/twc-web": no available IPs' },
      }),
      'AddressRefused',
      'web has no address: Failed to allocate IP for "mcs/twc-web": no available IPs',
    ],
    [
      'one that somebody else has, beside a flow that just waits',
      condition('192.0.2.1', service(), { holders: { '192.0.2.1': 'ingress/nginx' }, client: service() }),
      'AddressTaken',
      'waiting for the load balancer to give an address to client; web (asked for 192.0.2.1) has no address: Service ingress/nginx has that one; ask for another, or free it',
    ],
    [
      'another one',
      condition('192.0.2.1', service('192.0.2.9')),
      'OtherAddress',
      'web (asked for 192.0.2.1) was given 192.0.2.9',
    ],
    [
      'another one, as somebody has the right one',
      condition('192.0.2.1', service('192.0.2.9'), { holders: { '192.0.2.1': 'ingress/nginx' } }),
      'OtherAddress',
      'web (asked for 192.0.2.1) was given 192.0.2.9, as Service ingress/nginx has the other one',
    ],
  ])('is false with %s', (_, found, reason, message) => {
    expect(found).toEqual({ type: TYPE, status: 'False', reason, message });
  });
});
