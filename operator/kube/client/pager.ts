import type { Resource } from '../resources.ts';
import type { KubernetesObject, ObjectList } from '../types.ts';
import { isExpired } from './errors.ts';
import type { KubeClient, ListOptions } from './kube-client.ts';

/** Objects per page, as client-go has it. */
const PAGE_SIZE = 500;

/** All objects, page by page; in one piece when that takes so long that the server forgets where it was. */
export async function listAll<T extends KubernetesObject>(
  client: Pick<KubeClient, 'list'>,
  resource: Resource<T>,
  options: Omit<ListOptions, 'limit' | 'continue'>,
): Promise<ObjectList<T>> {
  const items: T[] = [];
  let page = await client.list(resource, { ...options, limit: PAGE_SIZE });
  items.push(...page.items);
  try {
    for (let token = page.metadata.continue; token; token = page.metadata.continue) {
      page = await client.list(resource, { ...options, limit: PAGE_SIZE, continue: token });
      items.push(...page.items);
    }
  } catch (error) {
    if (!isExpired(error)) throw error;
    return client.list(resource, options);
  }
  return { metadata: page.metadata, items };
}
