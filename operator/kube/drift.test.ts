import { describe, expect, it } from '@jest/globals';
import { findDrift } from './drift.ts';

const MANAGER = 'applier';

interface Case {
  readonly desc: string;
  readonly desired: object;
  readonly live: object;
  readonly fields: object;
  readonly drift?: string;
}

function drift({ desired, live, fields }: Case, entry: object = {}): string | undefined {
  const managedFields = [
    {
      manager: MANAGER,
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      ...entry,
    },
  ];
  const common = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'thing', namespace: 'default' } };
  const existing = { ...common, ...live, metadata: { ...common.metadata, uid: 'uid-1', managedFields } };
  return findDrift({ ...common, ...desired }, existing, MANAGER);
}

const SPEC: Case = {
  desc: '',
  desired: { spec: { size: 1 } },
  live: { spec: { size: 1 } },
  fields: { 'f:spec': { 'f:size': {} } },
};

describe('findDrift', () => {
  it.each<Case>([
    { ...SPEC, desc: 'all is as it was applied' },
    { ...SPEC, desc: 'others have added fields', live: { spec: { size: 1, theirs: true }, status: {} } },
    { ...SPEC, desc: 'a field is left out by undefined', desired: { spec: { size: 1, color: undefined } } },
    {
      desc: 'others have added elements to a keyed list',
      desired: { spec: { ports: [{ port: 443, name: 'https' }] } },
      live: {
        spec: { ports: [{ port: 1 }, { port: 443, protocol: 'TCP', name: 'https', nodePort: 30_000 }] },
      },
      fields: {
        'f:spec': {
          'f:ports': { 'k:{"port":443,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} } },
        },
      },
    },
    {
      desc: 'others have added elements to a set',
      desired: { spec: { set: ['a'] } },
      live: { spec: { set: ['b', 'a'] } },
      fields: { 'f:spec': { 'f:set': { 'v:"a"': {} } } },
    },
    {
      desc: 'the server has written quantities in its own way',
      desired: { spec: { requests: { cpu: '0.1', memory: '1024Mi', disk: '1e3' } } },
      live: { spec: { requests: { cpu: '100m', memory: '1Gi', disk: '1k' } } },
      fields: { 'f:spec': { 'f:requests': { 'f:cpu': {}, 'f:memory': {}, 'f:disk': {} } } },
    },
    {
      desc: 'the server has left out an empty map',
      desired: { spec: { size: 1, labels: {} } },
      live: { spec: { size: 1 } },
      fields: { 'f:spec': { 'f:size': {}, 'f:labels': {} } },
    },
    {
      desc: 'the server has left out an empty list within a value that is owned as a whole',
      desired: { spec: { rules: [{ from: [], port: 1 }] } },
      live: { spec: { rules: [{ port: 1 }] } },
      fields: { 'f:spec': { 'f:rules': {} } },
    },
    {
      desc: 'nothing is wanted in a map where others have put something',
      desired: { spec: { size: 1, labels: {} } },
      live: { spec: { size: 1, labels: { a: 'theirs' } } },
      fields: { 'f:spec': { 'f:size': {} } },
    },
  ])('finds none when $desc', (given) => {
    expect(drift(given)).toBeUndefined();
  });

  it.each<Case>([
    { ...SPEC, desc: 'a value differs', desired: { spec: { size: 2 } }, drift: 'spec.size differs' },
    {
      ...SPEC,
      desc: 'a value has another type',
      desired: { spec: { size: '1' } },
      drift: 'spec.size differs',
    },
    { ...SPEC, desc: 'a field is gone', live: { spec: {} }, drift: 'spec.size differs' },
    { ...SPEC, desc: 'a map is gone', live: {}, drift: 'spec is missing' },
    {
      ...SPEC,
      desc: 'a field is wanted that was not before',
      desired: { spec: { size: 1, color: 'red' } },
      drift: 'spec.color is not owned',
    },
    {
      desc: 'somebody else has taken a field, though its value is the same',
      desired: { spec: { size: 1, color: 'red' } },
      live: { spec: { size: 1, color: 'red' } },
      fields: { 'f:spec': { 'f:color': {} } },
      drift: 'spec.size is not owned',
    },
    {
      ...SPEC,
      desc: 'a field is not wanted any more',
      desired: { spec: {} },
      drift: 'spec.size is not wanted any more',
    },
    {
      ...SPEC,
      desc: 'strings are equal as quantities, but are none',
      desired: { data: { version: '1.0' } },
      live: { data: { version: '1' } },
      fields: { 'f:data': { 'f:version': {} } },
      drift: 'data.version differs',
    },
    {
      desc: 'an element of a keyed list is not wanted any more',
      desired: { spec: { ports: [{ name: 'a' }] } },
      live: { spec: { ports: [{ name: 'a' }, { name: 'b' }] } },
      fields: {
        'f:spec': { 'f:ports': { 'k:{"name":"a"}': { 'f:name': {} }, 'k:{"name":"b"}': { 'f:name': {} } } },
      },
      drift: 'spec.ports.{"name":"b"} is not wanted any more',
    },
    {
      desc: 'an element is added to a keyed list',
      desired: { spec: { ports: [{ name: 'a' }, { name: 'b' }] } },
      live: { spec: { ports: [{ name: 'a' }, { name: 'b' }] } },
      fields: { 'f:spec': { 'f:ports': { 'k:{"name":"a"}': { 'f:name': {} } } } },
      drift: 'spec.ports has elements that are not owned',
    },
    {
      desc: 'a list that is owned as a whole has lost part of an element',
      desired: { spec: { rules: [{ port: 1 }] } },
      live: { spec: { rules: [{ port: 1, from: [] }] } },
      fields: { 'f:spec': { 'f:rules': {} } },
      drift: 'spec.rules differs',
    },
    {
      desc: 'a list that is owned as a whole has another order',
      desired: { spec: { args: ['a', 'b'] } },
      live: { spec: { args: ['b', 'a'] } },
      fields: { 'f:spec': { 'f:args': {} } },
      drift: 'spec.args differs',
    },
  ])('finds it when $desc', (given) => {
    expect(drift(given)).toBe(given.drift);
  });

  it.each([
    { desc: 'another manager', entry: { manager: 'kubectl' } },
    { desc: 'an update', entry: { operation: 'Update' } },
    { desc: 'a subresource', entry: { subresource: 'status' } },
    { desc: 'another version', entry: { apiVersion: 'v1beta1' } },
  ])('takes what is owned by $desc for not applied', ({ entry }) => {
    expect(drift(SPEC, entry)).toBe('it was not applied before');
  });
});
