import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { keystorePassword } from './keytool.ts';
import type { Keystore } from './keytool.ts';
import { applyObjects, kubeJson } from './kube.ts';
import type { KubeObject } from './kube.ts';
import { workPath } from './layout.ts';
import type { Truststore } from './java-client.ts';

/** Name of the Secret that the examples take the keystore from. */
export const keystoreSecret = 'twc-keystore';

/** Entry of `spec.certificates` for the keystore in there. */
export const keystoreCertificate = {
  name: 'public',
  secretRef: { name: keystoreSecret },
  keystore: { key: 'keystore.p12', passwordRef: { name: keystoreSecret, key: 'password' } },
} as const;

/** Puts a keystore and its password into the Secret that the examples name. */
export async function applyKeystore(
  namespace: string,
  { path }: Keystore,
  password = keystorePassword,
): Promise<void> {
  await applyObjects(namespace, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: keystoreSecret },
    data: {
      'keystore.p12': readFileSync(path).toString('base64'),
      password: Buffer.from(password).toString('base64'),
    },
  });
}

/** Takes a file for Java clients out of the ConfigMap that the operator publishes for them, as an administrator does. */
export async function publishedTruststore(
  namespace: string,
  proxy: string,
  key: 'cert.jks' | 'truststore.p12',
): Promise<Truststore> {
  const map = await kubeJson<KubeObject & { readonly binaryData?: Readonly<Record<string, string>> }>(
    'get',
    'configmap',
    `${proxy}-client-trust`,
    `--namespace=${namespace}`,
  );
  const content = map.binaryData?.[key];
  if (content === undefined) throw new Error(`${proxy}-client-trust has no ${key}`);
  mkdirSync(workPath('trust', namespace), { recursive: true });
  const path = workPath('trust', namespace, key);
  writeFileSync(path, Buffer.from(content, 'base64'));
  return { path, type: key === 'cert.jks' ? 'JKS' : 'PKCS12', password: 'changeit' };
}
