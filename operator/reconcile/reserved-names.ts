import type { TeamworkProxy } from '../api/resource.ts';
import type { Finding } from '../api/status.ts';
import { objectNames } from './render/metadata.ts';

/** Certificates and authorities from the Secret that the operator itself makes of them: it could not be both. */
export function reservedNames({ metadata, spec }: TeamworkProxy): readonly Finding[] {
  const reserved = objectNames.tls(metadata.name);
  const certificates = spec.certificates
    .filter(
      ({ secretRef, keystore }) => secretRef.name === reserved || keystore?.passwordRef?.name === reserved,
    )
    .map(({ name }) => `spec.certificates[${name}]`);
  const authorities = spec.authorities
    .filter(({ secretRef }) => secretRef.name === reserved)
    .map(({ name }) => `spec.authorities[${name}]`);
  return [...certificates, ...authorities].map((path) => ({
    path,
    reason: 'NameReserved',
    message: `Secret ${reserved} is what the operator makes for the proxy pods; give yours another name`,
  }));
}
