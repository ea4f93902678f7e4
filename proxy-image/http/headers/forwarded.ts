import { Field } from '../http1/field-names.ts';
import type { FieldSection } from '../http1/fields.ts';
import { FieldFilter } from './hop-by-hop.ts';

/** Where a request came from, as its forwarding fields will say. */
export interface Origin {
  readonly sourceAddress: string;
  readonly scheme: 'http' | 'https';
  /** The port that the client connected to. */
  readonly port: number;
  /** The certificate that the client has shown, DER in base64; null without one, and where servers are not told. */
  readonly clientCertificate: string | null;
  /** What X-Forwarded-* say of every request from there, as lines, up to where the host stands. */
  readonly lines: string;
}

/** To be made once for a connection. */
export function makeOrigin(from: Omit<Origin, 'lines'>): Origin {
  const { sourceAddress, scheme, port } = from;
  const lines = `X-Forwarded-For: ${sourceAddress}\r\nX-Forwarded-Proto: ${scheme}\r\nX-Forwarded-Port: ${port}\r\nX-Forwarded-Host: `;
  return { ...from, lines };
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

const FROM_ANYBODY = FieldFilter.endToEnd(...CLAIMS);

/** What the proxy tells servers beside X-Forwarded-*. */
export interface Telling {
  /** Which certificate the client has shown, or that it has shown none. */
  readonly tellsCertificate: boolean;
  /** `Forwarded` as well (RFC 7239). */
  readonly tellsForwarded: boolean;
}

/**
 * From a trusted proxy: its lists of hops are written anew, to be longer by one. Where servers take Client-Cert for what this proxy says,
 * nobody else may say it (RFC 9440 section 2.4).
 */
function fromTrusted({ tellsCertificate, tellsForwarded }: Telling): FieldFilter {
  return FieldFilter.endToEnd(
    Field.XForwardedFor,
    ...(tellsCertificate ? [Field.ClientCert] : []),
    ...(tellsForwarded ? [Field.Forwarded] : []),
  );
}

/** By certificate, then by Forwarded. */
const FROM_TRUSTED = [false, true].map((tellsCertificate) =>
  [false, true].map((tellsForwarded) => fromTrusted({ tellsCertificate, tellsForwarded })),
);

/** Which fields of a request are passed on. Hop-by-hop fields go first, so that nobody can have ours removed by naming them in Connection. */
export function passedFields(trusted: boolean, { tellsCertificate, tellsForwarded }: Telling): FieldFilter {
  const filter = trusted ? FROM_TRUSTED[Number(tellsCertificate)]?.[Number(tellsForwarded)] : FROM_ANYBODY;
  return filter ?? FROM_ANYBODY;
}

/** Elements whose quotes are closed: what follows another proxy's list can't be taken for a part of it. */
const CLOSED = /^(?:[^"]|"(?:[^"\\]|\\.)*")*$/;

/**
 * `Forwarded` (RFC 7239) as a line: what a trusted proxy says of earlier hops, and this one. `earlier`: the fields of a trusted proxy; null
 * for everybody else.
 */
export function standardLine(
  { sourceAddress, scheme }: Origin,
  host: string,
  earlier: { readonly fields: FieldSection; readonly bytes: Buffer } | null,
): string {
  const hops = earlier === null ? [] : valuesOf(earlier.fields, earlier.bytes, Field.Forwarded);
  const own = `for=${node(sourceAddress)};host=${quoted(host)};proto=${scheme}`;
  return `Forwarded: ${[...hops.filter((value) => value !== '' && CLOSED.test(value)), own].join(', ')}\r\n`;
}

/** RFC 7239 section 6: an IPv6 address stands in brackets, and those in quotes. */
function node(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}

/** A host with a port is no token; it has neither quotes nor backslashes (`parseAuthority`). */
function quoted(host: string): string {
  return /^[A-Za-z0-9._-]+$/.test(host) ? host : `"${host}"`;
}

/** Client-Cert as a line: DER as a byte sequence of structured fields (RFC 9440 section 2.2); empty without a certificate. */
export function certificateLine({ clientCertificate }: Origin): string {
  return clientCertificate === null ? '' : `Client-Cert: :${clientCertificate}:\r\n`;
}

/** X-Forwarded-For, -Proto, -Host and -Port for a client that is not a trusted proxy, as lines. */
export function forwardedLines({ lines }: Origin, host: string): string {
  return `${lines}${host}\r\n`;
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
