import { dump } from 'js-yaml';
import { issueCertificate, makeAuthority } from '../certificates/issue.ts';
import { writeKeystore } from '../certificates/pkcs12/write.ts';
import type { Example, SecretPlace } from './example.ts';
import type { Keystore } from './servers/identity.ts';

/** What the demo's servers, proxy and clients have in common. */
export interface Material {
  /** Certificate of the demo's own authority, PEM: all that clients trust. */
  readonly ca: string;
  /** The keystore of all servers. */
  readonly keystore: Keystore;
  /** The same keystore and its password as Secret documents (YAML). */
  readonly secrets: string;
}

const PASSWORD = 'demo-password';
const DAY_MS = 86_400_000;
const VALID_DAYS = 30;

/** Makes an authority, one certificate with all names of the site, and the keystore with it. */
export function makeMaterial({ cloud, keystore, password, alias }: Example, now: Date): Material {
  const validity = {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + VALID_DAYS * DAY_MS),
  };
  const authority = makeAuthority({ name: 'Teamwork Proxy demo authority', validity });
  const dns = [cloud.hostname, ...cloud.servers.map(({ host }) => host)];
  const { fullChainPem, keyPem } = issueCertificate(authority, {
    commonName: cloud.hostname,
    dns,
    keyType: 'RSA-2048',
    validity,
  });
  const pfx = writeKeystore({ chainPem: fullChainPem, keyPem, alias, password: PASSWORD });
  const secrets = secretDocuments([
    { ...keystore, value: pfx },
    { ...password, value: Buffer.from(PASSWORD, 'utf8') },
  ]);
  return { ca: authority.certificatePem, keystore: { pfx, passphrase: PASSWORD }, secrets };
}

function secretDocuments(entries: readonly (SecretPlace & { readonly value: Buffer })[]): string {
  const documents = [...Map.groupBy(entries, ({ secret }) => secret)].map(([name, entries]) =>
    dump({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      data: Object.fromEntries(entries.map(({ key, value }) => [key, value.toString('base64')])),
    }),
  );
  return documents.join('---\n');
}
