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
  /** When its status was written, in milliseconds since 1970; undefined if it was not. */
  writtenAt(proxy: TeamworkProxy): number | undefined;
  /** Whether a view of the resource is still the one that there was when its status was written. */
  isBehind(proxy: TeamworkProxy): boolean;
  /**
   * @param seen the resource as the watch had it
   * @param at when its status was written, in milliseconds since 1970
   */
  remember(seen: TeamworkProxy, status: TeamworkProxyStatus, at: number): void;
  /** To be called when a resource is gone. */
  forget(key: ObjectKey): void;
}

interface Written {
  readonly uid: string;
  readonly status: TeamworkProxyStatus;
  readonly at: number;
  /** The version of the resource in the view that the status was made from. */
  readonly version: string | undefined;
}

export function createStatusMemory(): StatusMemory {
  const written = new Map<string, Written>();
  const lastOf = ({ metadata }: TeamworkProxy): Written | undefined => {
    const last = written.get(pathOf(metadata));
    // Another resource of the same name has a life of its own.
    return last?.uid === metadata.uid ? last : undefined;
  };
  return {
    recall(proxy) {
      const last = lastOf(proxy);
      return last === undefined ? proxy : { ...proxy, status: last.status };
    },
    writtenAt: (proxy) => lastOf(proxy)?.at,
    isBehind(proxy) {
      const version = lastOf(proxy)?.version;
      return version !== undefined && version === proxy.metadata.resourceVersion;
    },
    remember({ metadata }, status, at) {
      const { uid, resourceVersion: version } = metadata;
      written.set(pathOf(metadata), { uid, status, at, version });
    },
    forget(key) {
      written.delete(pathOf(key));
    },
  };
}

function pathOf({ namespace = '', name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
