import { defaulted, object, required } from '../schema/builder.ts';
import type { Infer } from '../schema/builder.ts';
import { dataKey, entryName, objectName } from './scalars.ts';

const secretReference = object({
  name: required(objectName(), 'Name of the Secret, in the namespace of the TeamworkProxy.'),
  key: defaulted(
    dataKey(),
    'ca.crt',
    "Key of the Secret's data that holds the certificates: PEM, one or many, in any order.",
  ),
});

export const authoritySchema = object({
  name: required(
    entryName(),
    'Name by which the lists of what is trusted refer to these authorities; an entry of spec.certificates may not have it too.',
  ),
  secretRef: required(secretReference, 'Where the certificates of the authorities are. No key is needed.'),
});

/** Certificates that are trusted and never served: an entry of `spec.authorities`. */
export type AuthoritySpec = Infer<typeof authoritySchema>;
