import { beforeEach, describe, expect, it } from '@jest/globals';
import { recordingLog } from '../../test/support/recording-log.ts';
import { Store } from './store.ts';
import type { ConfigMap } from './types.ts';

let store: Store<ConfigMap>;
let changes: string[];
let log: ReturnType<typeof recordingLog>;

beforeEach(() => {
  log = recordingLog();
  changes = [];
  store = new Store<ConfigMap>({
    log,
    indexers: { color: ({ data }) => (data?.['color'] ?? '').split(' ').filter(Boolean) },
  });
  store.onChange((before, after) => changes.push(`${version(before)} -> ${version(after)}`));
});

function object(
  name: string,
  resourceVersion: string,
  more: { uid?: string; color?: string } = {},
): ConfigMap {
  const { uid = `uid-${name}`, color } = more;
  const metadata = { namespace: 'tools', name, uid, resourceVersion };
  return { metadata, ...(color === undefined ? {} : { data: { color } }) };
}

function version(one: ConfigMap | undefined): string {
  return one === undefined ? 'none' : `${one.metadata?.name}@${one.metadata?.resourceVersion}`;
}

describe('Store', () => {
  it('tells what was and what is', () => {
    store.put(object('a', '1'));
    store.put(object('a', '2'));
    store.remove(object('a', '3'));

    expect(changes).toEqual(['none -> a@1', 'a@1 -> a@2', 'a@2 -> none']);
    expect(store.list()).toEqual([]);
  });

  it('says nothing when an object comes again as it is', () => {
    store.put(object('a', '1'));
    store.put(object('a', '1'));
    store.replace([object('a', '1')]);

    expect(changes).toEqual(['none -> a@1']);
  });

  it('tells of one that was deleted and created again as of two', () => {
    store.put(object('a', '1'));
    store.put(object('a', '5', { uid: 'another' }));

    expect(changes).toEqual(['none -> a@1', 'a@1 -> none', 'none -> a@5']);
  });

  it('keeps the new one when the deletion of the old one comes late', () => {
    store.put(object('a', '5', { uid: 'another' }));
    store.remove(object('a', '4'));

    expect(store.get({ namespace: 'tools', name: 'a' })).toMatchObject({ metadata: { uid: 'another' } });
  });

  it('finds by comparison what a list does not have any more', () => {
    for (const name of ['a', 'b', 'c']) store.put(object(name, '1'));
    changes.length = 0;

    store.replace([object('b', '1'), object('c', '2'), object('d', '2')]);

    expect(changes).toEqual(['a@1 -> none', 'c@1 -> c@2', 'none -> d@2']);
  });

  it('leaves other namespaces alone when one is replaced', () => {
    store.put(object('a', '1'));
    store.put({ metadata: { namespace: 'other', name: 'a', uid: 'uid-other', resourceVersion: '1' } });

    store.replace([], 'tools');

    expect(store.list().map(({ metadata }) => metadata?.namespace)).toEqual(['other']);
  });

  it('finds objects by an index, which follows their changes', () => {
    store.put(object('a', '1', { color: 'red blue' }));
    store.put(object('b', '1', { color: 'red' }));
    const red = store.byIndex('color', 'red').map(version);
    store.put(object('a', '2', { color: 'blue' }));
    store.remove(object('b', '1'));

    expect(red).toEqual(['a@1', 'b@1']);
    expect(store.byIndex('color', 'red')).toEqual([]);
    expect(store.byIndex('color', 'blue').map(version)).toEqual(['a@2']);
    expect(() => store.byIndex('size', 'big')).toThrow('The store has no index "size"; give it an indexer.');
  });

  it('keeps and tells what its transform leaves of an object', () => {
    const transform = ({ data: _data, ...rest }: ConfigMap): ConfigMap => rest;
    const lean = new Store<ConfigMap>({ log, transform });
    const seen: (ConfigMap | undefined)[] = [];
    lean.onChange((_before, after) => seen.push(after));

    lean.put(object('a', '1', { color: 'red' }));
    lean.put(object('a', '2', { color: 'red' }));
    lean.put(object('a', '5', { color: 'red', uid: 'another' }));
    lean.replace([object('b', '1', { color: 'red' })]);

    expect(seen.flatMap((one) => one ?? [])).toEqual([
      object('a', '1'),
      object('a', '2'),
      object('a', '5', { uid: 'another' }),
      object('b', '1'),
    ]);
    expect(lean.list()).toEqual([object('b', '1')]);
  });

  it('goes on when a handler fails', () => {
    store.onChange(() => {
      throw new Error('a bug');
    });
    const seen: string[] = [];
    store.onChange((_before, after) => seen.push(version(after)));

    store.put(object('a', '1'));
    store.put(object('b', '1'));

    expect(seen).toEqual(['a@1', 'b@1']);
    expect(log.entries.map(({ level }) => level)).toEqual(['error', 'error']);
  });
});
