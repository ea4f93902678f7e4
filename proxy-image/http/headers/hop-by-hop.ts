import type { ConnectionOptions } from '../http1/connection-field.ts';
import { Field, type FieldKind } from '../http1/field-names.ts';
import type { FieldSection } from '../http1/fields.ts';

/**
 * Fields that count for one hop (RFC 9110 section 7.6.1) and are never passed on. The proxy frames what it sends itself. Trailers are
 * dropped, so they are not announced either; `100 Continue` is the proxy's own business (see `Exchange`); and cleartext HTTP/2 is
 * offered by HTTP2-Settings.
 */
const HOP_BY_HOP: ReadonlySet<FieldKind> = new Set<FieldKind>([
  Field.Connection,
  Field.KeepAlive,
  Field.ProxyConnection,
  Field.Te,
  Field.Trailer,
  Field.TransferEncoding,
  Field.Upgrade,
  Field.Expect,
  Field.Http2Settings,
]);

/** By kind; kinds are small numbers. */
export type KindSet = readonly boolean[];

/** The hop-by-hop fields and `more`. */
export function droppedKinds(...more: readonly FieldKind[]): KindSet {
  return Object.values(Field).map((kind) => HOP_BY_HOP.has(kind) || more.includes(kind));
}

/** Tells of a field line whether it is passed on. */
export type FieldFilter = (index: number) => boolean;

/** Leaves out the dropped kinds, and the fields that the message's own Connection field names. */
export function endToEnd(
  fields: FieldSection,
  bytes: Buffer,
  connection: ConnectionOptions,
  dropped: KindSet,
): FieldFilter {
  const { names } = connection;
  const byKind = ofOtherKinds(fields, dropped);
  return names.length === 0 ? byKind : exceptNames(names, fields, bytes, byKind);
}

function ofOtherKinds({ kinds }: FieldSection, dropped: KindSet): FieldFilter {
  return (index) => dropped[kinds[index] ?? 0] !== true;
}

function exceptNames(
  names: readonly string[],
  fields: FieldSection,
  bytes: Buffer,
  keeps: FieldFilter,
): FieldFilter {
  return (index) => keeps(index) && !names.includes(fields.name(bytes, index).toLowerCase());
}
