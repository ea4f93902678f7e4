import { describe, expect, it } from '@jest/globals';
import { CONFIG_MAPS } from '../resources.ts';
import type { ConfigMap, ObjectList } from '../types.ts';
import { ApiError } from './errors.ts';
import type { KubeClient, ListOptions } from './kube-client.ts';
import { listAll } from './pager.ts';

type Page = ObjectList<ConfigMap> | ApiError;

/** A server that answers with these pages, one after the other; what it was asked for is noted. */
function serverOf(...pages: readonly Page[]) {
  const asked: ListOptions[] = [];
  const list = async (_: unknown, options: ListOptions = {}) => {
    const page = pages[asked.length];
    asked.push(options);
    if (page === undefined || page instanceof ApiError) throw page ?? new Error('There is no such page');
    return page;
  };
  return { client: { list } as unknown as Pick<KubeClient, 'list'>, asked };
}

function page(names: readonly string[], token = ''): Page {
  return {
    metadata: { resourceVersion: '7', continue: token },
    items: names.map((name) => ({ metadata: { name } })),
  };
}

function refusal(status: number, reason: string): ApiError {
  return new ApiError({ status, reason, message: reason });
}

const OPTIONS = { namespace: 'tools', labelSelector: 'a=b', metadataOnly: true };

describe('listAll', () => {
  it('goes from page to page, with the same selection', async () => {
    const { client, asked } = serverOf(page(['a', 'b'], 'second'), page(['c'], 'third'), page(['d']));

    const all = await listAll(client, CONFIG_MAPS, OPTIONS);

    expect(all.items.map(({ metadata }) => metadata?.name)).toEqual(['a', 'b', 'c', 'd']);
    expect(all.metadata.resourceVersion).toBe('7');
    expect(asked).toEqual([
      { ...OPTIONS, limit: 500 },
      { ...OPTIONS, limit: 500, continue: 'second' },
      { ...OPTIONS, limit: 500, continue: 'third' },
    ]);
  });

  it('asks for all in one piece when the server has forgotten where it was', async () => {
    const { client, asked } = serverOf(page(['a'], 'second'), refusal(410, 'Expired'), page(['a', 'c']));

    const all = await listAll(client, CONFIG_MAPS, OPTIONS);

    expect(all.items.map(({ metadata }) => metadata?.name)).toEqual(['a', 'c']);
    expect(asked[2]).toEqual(OPTIONS);
  });

  it.each([
    ['the first page', [refusal(410, 'Expired')]],
    ['another error', [page(['a'], 'second'), refusal(500, 'InternalError')]],
  ])('leaves it to the caller when it is %s', async (_, pages) => {
    const { client, asked } = serverOf(...pages);

    await expect(listAll(client, CONFIG_MAPS, OPTIONS)).rejects.toThrow(ApiError);
    expect(asked).toHaveLength(pages.length);
  });
});
