import { readFileSync } from 'node:fs';
import { API_VERSION, KIND } from '../../api/resource.ts';
import type { TeamworkProxy } from '../../api/resource.ts';
import { applyDefaults } from '../../api/schema/defaults.ts';
import { specSchema } from '../../api/spec/spec.ts';
import type { TeamworkProxySpec } from '../../api/spec/spec.ts';
import type { PlanInput, SecretData } from '../plan/types.ts';

/** A TeamworkProxy named `twc` with this specification and everything else at its default. */
export function proxyWith(spec: object): TeamworkProxy {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'twc', namespace: 'mcs', uid: '11111111-2222-3333-4444-555555555555', generation: 3 },
    spec: applyDefaults(specSchema.json, spec) as TeamworkProxySpec,
  };
}

/** The Secret `twc-keystore` with a keystore that keytool made, its password, and a certificate of authorities. */
export function keystoreSecrets(file = 'rsa.p12', password = 'nomagic'): ReadonlyMap<string, SecretData> {
  const read = (name: string): Buffer =>
    readFileSync(new URL(`../../certificates/testdata/${name}`, import.meta.url));
  return new Map([
    [
      'twc-keystore',
      new Map([
        ['keystore.p12', read(file)],
        ['password', Buffer.from(password)],
        ['clients.pem', read('openssl-leaf.crt')],
      ]),
    ],
  ]);
}

/** The certificate `public` from that Secret. */
export const PUBLIC_CERTIFICATE = {
  name: 'public',
  secretRef: { name: 'twc-keystore' },
  keystore: { passwordRef: { name: 'twc-keystore', key: 'password' } },
} as const;

/** Teamwork Cloud on two nodes with a licence server, two or three addresses. */
export const LAYER7 = {
  teamworkCloud: {
    release: '2026x',
    hostname: 'twc.example.com',
    servers: [{ host: 'twc-0.internal' }, { host: 'twc-1.internal' }],
    licenseServer: { host: 'license.internal' },
  },
  certificates: [PUBLIC_CERTIFICATE],
} as const;

/** What a plan is made from, for a resource that is new. */
export function planInput(spec: object, changes: Partial<PlanInput> = {}): PlanInput {
  return {
    proxy: proxyWith(spec),
    secrets: keystoreSecrets(),
    lastGood: new Map(),
    listenerPorts: new Map(),
    addresses: new Map(),
    ...changes,
  };
}
