import type { ObjectKey, Secret } from '../kube/types.ts';

/**
 * Reads Secrets, each version once. Of Secrets only the metadata is watched, so that nothing is in memory of those that no resource refers to;
 * of the others it is the version in that watch that tells whether what was read is still so.
 */
export interface SecretReader {
  read(key: ObjectKey): Promise<Secret | undefined>;
  /** What was written, as the API server answered. */
  remember(secret: Secret): void;
  /** To be called when it is gone, or when a write of it may have happened or not: the watch may not have seen that yet. */
  forget(key: ObjectKey): void;
}

interface SecretSource {
  readonly get: (key: ObjectKey) => Promise<Secret | undefined>;
  /** The version that the watch has seen last; undefined if there is none. */
  readonly versionOf: (key: ObjectKey) => string | undefined;
}

export function createSecretReader({ get, versionOf }: SecretSource): SecretReader {
  const known = new Map<string, Secret>();
  const remember = (secret: Secret): void => void known.set(pathOf(secret.metadata ?? {}), secret);
  return {
    remember,
    forget: (key) => void known.delete(pathOf(key)),
    async read(key) {
      const secret = known.get(pathOf(key));
      const version = secret?.metadata?.resourceVersion;
      if (version !== undefined && version === versionOf(key)) return secret;
      const found = await get(key);
      if (found !== undefined) remember(found);
      return found;
    },
  };
}

function pathOf({ namespace = '', name = '' }: Partial<ObjectKey>): string {
  return `${namespace}/${name}`;
}
