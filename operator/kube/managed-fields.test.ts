import { describe, expect, it } from '@jest/globals';
import { findDrift } from './drift.ts';
import { appliedBy, keepFieldsOf } from './managed-fields.ts';
import type { KubernetesObject } from './types.ts';

const own = { manager: 'us', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:a': {} } } };
const others = [
  { manager: 'us', operation: 'Update', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:b': {} } } },
  { manager: 'us', operation: 'Apply', subresource: 'status', apiVersion: 'v1', fieldsV1: {} },
  { manager: 'kubectl', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:c': {} } } },
];
const desired = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' } };

function managedBy(managedFields: readonly object[] | undefined): KubernetesObject {
  const metadata = { name: 'x', resourceVersion: '7', ...(managedFields && { managedFields }) };
  return { ...desired, metadata };
}

describe('what a manager has applied', () => {
  it('is neither what it has updated nor its status, and not what others have applied', () => {
    expect(appliedBy(managedBy([...others, own]), 'us')).toEqual(own);
    expect(appliedBy(managedBy(others), 'us')).toBeUndefined();
    expect(appliedBy(managedBy(undefined), 'us')).toBeUndefined();
  });
});

describe('what a store keeps', () => {
  const keep = keepFieldsOf('us');

  it('is all of the object, of its managers one alone', () => {
    expect(keep(managedBy([...others, own]))).toEqual(managedBy([own]));
    expect(keep(managedBy(others))).toEqual(managedBy(undefined));
    expect(keep(managedBy(undefined))).toEqual(managedBy(undefined));
  });

  it('is enough to see a drift, and none', () => {
    const live = keep(managedBy([...others, own]));

    expect(findDrift(desired, live, 'us')).toBeUndefined();
    expect(findDrift({ ...desired, data: { a: '2' } } as KubernetesObject, live, 'us')).toBe(
      'data.a differs',
    );
  });

  it('is a copy, as what came from the server is not the store’s to change', () => {
    const object = managedBy([...others, own]);

    keep(object);

    expect(object.metadata?.managedFields).toHaveLength(4);
  });
});
