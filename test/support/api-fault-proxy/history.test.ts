import { expect, it } from '@jest/globals';
import { History } from './history.ts';

const LIST = {
  method: 'GET',
  path: '/api/v1/namespaces/a/services',
  query: new URLSearchParams(),
  isWatch: false,
  accept: 'application/json',
  body: '',
};

function service(name: string, resourceVersion: string): object {
  return { metadata: { namespace: 'a', name, resourceVersion } };
}

it('shows a collection as it was at each moment', () => {
  const history = new History();
  history.list(
    LIST,
    JSON.stringify({ kind: 'ServiceList', metadata: { resourceVersion: '5' }, items: [service('x', '4')] }),
  );
  history.event(LIST, JSON.stringify({ type: 'ADDED', object: service('y', '6') }));
  history.event(LIST, JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } }));
  history.event(LIST, JSON.stringify({ type: 'DELETED', object: service('x', '8') }));

  expect(history.now).toBe(3);
  expect(history.listAt(LIST, 0)).toBeUndefined();
  expect(history.listAt(LIST, 1)).toMatchObject({
    metadata: { resourceVersion: '5' },
    items: [service('x', '4')],
  });
  expect(history.listAt(LIST, 2)).toMatchObject({ items: [service('x', '4'), service('y', '6')] });
  expect(history.listAt(LIST, 3)).toMatchObject({
    metadata: { resourceVersion: '8' },
    items: [service('y', '6')],
  });
});

it('keeps what was asked for in another form apart', () => {
  const history = new History();
  history.list(LIST, JSON.stringify({ metadata: {}, items: [] }));

  const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
  expect(history.listAt({ ...LIST, accept }, 1)).toBeUndefined();
});
