import { expect, it } from '@jest/globals';
import { differences, masksOf, worldOf } from './world.ts';

const PROXY = { kind: 'TeamworkProxy', metadata: { name: 'twc', uid: 'u1' } };

function service(uid: string, more: object = {}) {
  const owner = { apiVersion: 'a/v1', kind: 'TeamworkProxy', name: 'twc', uid: 'u1' };
  return { kind: 'Service', metadata: { name: 'web', uid, ownerReferences: [owner], ...more } };
}

it('is the same for two runs that differ in names, uids and times alone', () => {
  const one = worldOf([PROXY, service('1', { labels: { in: 'run-1' } })], 'run-1');
  const other = worldOf([PROXY, service('2', { labels: { in: 'run-2' } })], 'run-2');

  expect(differences(one, other)).toEqual([]);
});

it('tells what belongs to a resource that is gone from what belongs to its successor', () => {
  const successor = { ...PROXY, metadata: { ...PROXY.metadata, uid: 'u2' } };
  const expected = worldOf([PROXY, service('1')], 'run-1');

  expect(differences(expected, worldOf([successor, service('1')], 'run-1'))).toEqual([
    'Service/web.metadata.ownerReferences.0.uid: expected "living", found "gone"',
  ]);
});

it('tells what is missing, and leaves out what is masked', () => {
  const expected = worldOf([PROXY, service('1', { labels: { a: 'b' } })], 'run-1');
  const found = worldOf([PROXY, service('1', { labels: { a: 'c' } })], 'run-1');

  expect(differences(expected, worldOf([PROXY], 'run-1'))).toEqual([
    expect.stringContaining('Service/web: expected {'),
  ]);
  expect(differences(expected, found, masksOf(expected, found))).toEqual([]);
});
