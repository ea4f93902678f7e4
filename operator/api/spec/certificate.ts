import { defaulted, object, oneOf, optional, required, string } from '../schema/builder.ts';
import type { Infer } from '../schema/builder.ts';
import { dataKey, duration, entryName, objectName } from './scalars.ts';

const secretReference = object({
  name: required(objectName(), 'Name of the Secret, in the namespace of the TeamworkProxy.'),
});

const secretKeyReference = object({
  name: required(objectName(), 'Name of the Secret, in the namespace of the TeamworkProxy.'),
  key: required(dataKey(), "Key of the Secret's data."),
});

const keystore = object({
  key: defaulted(
    dataKey(),
    'keystore.p12',
    "Key of the Secret's data that holds the keystore, PKCS#12 or JKS.",
  ),
  passwordRef: optional(
    secretKeyReference,
    "Where the keystore's password is. Without it the product's published default password is tried, which is reported as a finding.",
  ),
  alias: optional(
    string({ minLength: 1, maxLength: 128 }),
    'Alias of the key entry. Without it `teamworkcloud`, or the only key entry there is.',
  ),
});

const generate = object({
  lifetime: defaulted(
    duration(),
    '2160h',
    'How long a certificate is valid. It is renewed when a third of that is left.',
  ),
  keyType: defaulted(
    oneOf('EC-P-256', 'EC-P-384', 'RSA-2048', 'RSA-3072', 'Ed25519'),
    'EC-P-256',
    'Kind of key.',
  ),
});

export const certificateSchema = object(
  {
    name: required(entryName(), 'Name by which frontends and backends refer to this certificate.'),
    secretRef: required(secretReference, 'Secret that holds the certificate and its key.'),
    keystore: optional(
      keystore,
      'The Secret holds a keystore as the Java tools make it. Without this field it is a Secret of type kubernetes.io/tls with tls.crt and tls.key, and ca.crt if what issued them is not in tls.crt: the Secrets that cert-manager makes.',
    ),
    generate: optional(
      generate,
      'For a start: unless the Secret is there, the operator makes it, with a certificate for all names and addresses of the frontends that use it, from an authority of its own, which clients get to trust in the ConfigMap for them. In a cluster only.',
    ),
  },
  [
    {
      rule: '!has(self.generate) || !has(self.keystore)',
      message: 'generate: makes a Secret of type kubernetes.io/tls; remove keystore, or generate',
    },
    {
      rule: "!has(self.generate) || duration(self.generate.lifetime) >= duration('1h')",
      message: 'generate.lifetime: must be at least 1h',
    },
  ],
);

/** One certificate with its key: an entry of `spec.certificates`. */
export type CertificateSpec = Infer<typeof certificateSchema>;
