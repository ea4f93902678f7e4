import { fieldKind, Field, imitatesKnownField, type FieldKind } from '../http1/field-names.ts';
import { COLON, FIELD_VALUE, isBlank, TARGET, TOKEN } from '../http1/tokens.ts';
import { FIELD_OVERHEAD } from './hpack/dynamic-table.ts';
import { staticFields } from './hpack/decoder.ts';

/** What a field of a request is for. `Malformed` and `Forbidden` make the request malformed, `Imitation` makes it a refused one. */
export type Role =
  | 'Method'
  | 'Scheme'
  | 'Authority'
  | 'Path'
  | 'Host'
  | 'Cookie'
  | 'Regular'
  | 'Imitation'
  /** Of no use or not allowed in HTTP/2: another pseudo-header, a bad name or value. */
  | 'Malformed'
  /** About the connection, which HTTP/2 has other means for (RFC 9113 section 8.2.2). */
  | 'Forbidden';

/**
 * A field of a request, checked and written out once: tables keep it, so that a field that is sent again and again costs no more than a
 * look at its role.
 */
export interface RequestField {
  readonly name: string;
  readonly value: string;
  /** As RFC 9113 section 6.5.2 counts it. */
  readonly size: number;
  readonly role: Role;
  readonly kind: FieldKind;
  /** As HTTP/1.1 writes it; empty for what is not written as a field. */
  readonly line: string;
}

const LOWER_TOKEN = TOKEN.map((type, code) => (code >= 0x41 && code <= 0x5a ? 0 : type));

/** The pseudo-header fields of a request, and what each may be (RFC 9113 section 8.3.1); what it means is asked later. */
const PSEUDO = new Map<string, { readonly role: Role; readonly sound: (value: string) => boolean }>([
  [':method', { role: 'Method', sound: (value) => value !== '' && consistsOf(value, TOKEN) }],
  [':scheme', { role: 'Scheme', sound: (value) => value === 'https' || value === 'http' }],
  [':authority', { role: 'Authority', sound: (value) => consistsOf(value, TARGET) }],
  [
    ':path',
    { role: 'Path', sound: (value) => (value.startsWith('/') || value === '*') && consistsOf(value, TARGET) },
  ],
]);

const FORBIDDEN: ReadonlySet<FieldKind> = new Set<FieldKind>([
  Field.Connection,
  Field.KeepAlive,
  Field.ProxyConnection,
  Field.TransferEncoding,
  Field.Upgrade,
]);

/** `alike`: a field of the same name, where there is one. */
export function makeRequestField(name: string, value: string, alike?: RequestField): RequestField {
  const pseudo = name.charCodeAt(0) === COLON;
  const kind = pseudo ? Field.Other : (alike?.kind ?? kindOf(name));
  const role = pseudo ? pseudoRole(name, value) : regularRole(name, value, kind);
  const line = role === 'Regular' ? `${name}: ${value}\r\n` : '';
  return { name, value, size: name.length + value.length + FIELD_OVERHEAD, role, kind, line };
}

function kindOf(name: string): FieldKind {
  const bytes = Buffer.from(name, 'latin1');
  return fieldKind(bytes, 0, bytes.length);
}

function pseudoRole(name: string, value: string): Role {
  const pseudo = PSEUDO.get(name);
  return pseudo?.sound(value) === true ? pseudo.role : 'Malformed';
}

function regularRole(name: string, value: string, kind: FieldKind): Role {
  if (!isName(name) || !isValue(value)) {
    return 'Malformed';
  }
  if (FORBIDDEN.has(kind) || (kind === Field.Te && value !== 'trailers')) {
    return 'Forbidden';
  }
  if (kind === Field.Host) {
    return 'Host';
  }
  if (name.includes('_') && imitatesKnownField(Buffer.from(name, 'latin1'), 0, name.length)) {
    return 'Imitation';
  }
  return name === 'cookie' ? 'Cookie' : 'Regular';
}

/** A token without upper case (RFC 9113 section 8.2.1). */
function isName(name: string): boolean {
  return name !== '' && consistsOf(name, LOWER_TOKEN);
}

/** No control characters, and no white space around it (RFC 9113 section 8.2.1). */
function isValue(value: string): boolean {
  return (
    consistsOf(value, FIELD_VALUE) &&
    !isBlank(value.charCodeAt(0)) &&
    !isBlank(value.charCodeAt(value.length - 1))
  );
}

function consistsOf(text: string, table: Uint8Array): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (table[text.charCodeAt(at)] === 0) {
      return false;
    }
  }
  return true;
}

/** The static table as fields of requests. */
export const REQUEST_FIELDS = staticFields(makeRequestField);
