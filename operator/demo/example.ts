import type { TeamworkCloudSpec } from '../api/spec/teamwork-cloud.ts';
import { formatManifestError } from '../standalone/manifests/errors.ts';
import { loadManifests } from '../standalone/manifests/load.ts';

/** What the demo needs to know of its example, so that its servers and certificate fit it. */
export interface Example {
  readonly cloud: TeamworkCloudSpec;
  /** Secret and key that are to hold the keystore. */
  readonly keystore: SecretPlace;
  /** Secret and key that are to hold its password. */
  readonly password: SecretPlace;
  readonly alias: string;
}

export interface SecretPlace {
  readonly secret: string;
  readonly key: string;
}

const DEFAULT_ALIAS = 'teamworkcloud';

/** Reads the example; throws when it is not one that the demo can play. */
export async function readExample(manifest: string): Promise<Example> {
  const loaded = await loadManifests({ paths: [manifest], secretFolders: new Map() });
  if (!loaded.ok) throw new Error(loaded.errors.map(formatManifestError).join('\n'));
  const [proxy] = loaded.manifests.proxies;
  const cloud = proxy?.spec.teamworkCloud;
  const [certificate] = proxy?.spec.certificates ?? [];
  const keystore = certificate?.keystore;
  const password = keystore?.passwordRef;
  if (cloud === undefined || certificate === undefined || keystore === undefined || password === undefined) {
    throw new Error(
      `${manifest}: the demo needs teamworkCloud, and a keystore with passwordRef as the first certificate`,
    );
  }
  return {
    cloud,
    keystore: { secret: certificate.secretRef.name, key: keystore.key },
    password: { secret: password.name, key: password.key },
    alias: keystore.alias ?? DEFAULT_ALIAS,
  };
}
