import type { TeamworkProxy } from '../api/resource.ts';
import type { TeamworkProxyStatus } from '../api/status.ts';
import type { ObjectKey } from '../kube/types.ts';

/**
 * What status was written last. A pass can begin before the watch has brought back what the one before has written; going by the older view it would tell
 * the same events again, and set the times of transitions anew. There is one writer at a time, so what it wrote last is the newest.
 */
export interface StatusMemory {
  /** The resource with the newest status that is known. */
  recall(proxy: TeamworkProxy): TeamworkProxy;
  remember(proxy: TeamworkProxy, status: TeamworkProxyStatus): void;
  /** To be called when a resource is gone. */
  forget(key: ObjectKey): void;
}

export function createStatusMemory(): StatusMemory {
  const written = new Map<string, { readonly uid: string; readonly status: TeamworkProxyStatus }>();
  return {
    recall(proxy) {
      const last = written.get(pathOf(proxy.metadata));
      // Another resource of the same name has a life of its own.
      return last?.uid === proxy.metadata.uid ? { ...proxy, status: last.status } : proxy;
    },
    remember({ metadata }, status) {
      written.set(pathOf(metadata), { uid: metadata.uid, status });
    },
    forget(key) {
      written.delete(pathOf(key));
    },
  };
}

function pathOf({ namespace = '', name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
