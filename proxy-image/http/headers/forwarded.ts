import { Field } from '../http1/field-names.ts';
import type { FieldSection } from '../http1/fields.ts';
import { droppedKinds, type KindSet } from './hop-by-hop.ts';

/** Where a request came from, as its forwarding fields will say. */
export interface Origin {
  readonly sourceAddress: string;
  readonly scheme: 'http' | 'https';
  /** The port that the client connected to. */
  readonly port: number;
  /** The certificate that the client has shown, DER in base64; null without one, and where servers are not told. */
  readonly clientCertificate: string | null;
}

/** From anybody else whatever speaks of earlier hops is a claim, and is removed. */
const CLAIMS = [
  Field.Forwarded,
  Field.XForwardedFor,
  Field.XForwardedHost,
  Field.XForwardedPort,
  Field.XForwardedProto,
  Field.XForwardedOther,
  Field.ClientCert,
] as const;

const FROM_ANYBODY = droppedKinds(...CLAIMS);

/** The list of addresses is the one field of a trusted proxy that is written anew, to be longer by one. */
const FROM_TRUSTED = droppedKinds(Field.XForwardedFor);

/** Where servers take Client-Cert for what this proxy says, nobody else may say it (RFC 9440 section 2.4). */
const FROM_TRUSTED_WITHOUT_CERTIFICATE = droppedKinds(Field.XForwardedFor, Field.ClientCert);

/**
 * Which fields of a request are not passed on. Hop-by-hop fields go first, so that nobody can have ours removed by naming them in Connection.
 * `tellsCertificate`: the proxy itself says which certificate the client has shown, or that it has shown none.
 */
export function droppedFields(trusted: boolean, tellsCertificate: boolean): KindSet {
  if (!trusted) {
    return FROM_ANYBODY;
  }
  return tellsCertificate ? FROM_TRUSTED_WITHOUT_CERTIFICATE : FROM_TRUSTED;
}

/** Client-Cert as a line: DER as a byte sequence of structured fields (RFC 9440 section 2.2); empty without a certificate. */
export function certificateLine({ clientCertificate }: Origin): string {
  return clientCertificate === null ? '' : `Client-Cert: :${clientCertificate}:\r\n`;
}

/** X-Forwarded-For, -Proto, -Host and -Port for a client that is not a trusted proxy, as lines. */
export function forwardedLines({ sourceAddress, scheme, port }: Origin, host: string): string {
  return `X-Forwarded-For: ${sourceAddress}\r\nX-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Port: ${port}\r\nX-Forwarded-Host: ${host}\r\n`;
}

/** The same for a trusted proxy: its list of addresses is extended by its own, and what it says of scheme, host and port stands. */
export function extendedLines(origin: Origin, host: string, fields: FieldSection, bytes: Buffer): string {
  const hops = valuesOf(fields, bytes, Field.XForwardedFor);
  const lines = [`X-Forwarded-For: ${[...hops, origin.sourceAddress].join(', ')}\r\n`];
  if (valuesOf(fields, bytes, Field.XForwardedProto).length === 0) {
    lines.push(`X-Forwarded-Proto: ${origin.scheme}\r\n`);
  }
  if (valuesOf(fields, bytes, Field.XForwardedPort).length === 0) {
    lines.push(`X-Forwarded-Port: ${origin.port}\r\n`);
  }
  if (valuesOf(fields, bytes, Field.XForwardedHost).length === 0) {
    lines.push(`X-Forwarded-Host: ${host}\r\n`);
  }
  return lines.join('');
}

function valuesOf(fields: FieldSection, bytes: Buffer, kind: number): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < fields.count; index += 1) {
    if (fields.kinds[index] === kind) {
      values.push(fields.value(bytes, index));
    }
  }
  return values;
}
