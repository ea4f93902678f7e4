import type { ConnectionOptions } from '../http1/connection-field.ts';
import { Field, type FieldKind } from '../http1/field-names.ts';
import type { FieldSection } from '../http1/fields.ts';
import type { FieldSet } from './field-set.ts';

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

/** By kind, 1 for what is left out; kinds are small numbers. */
type KindSet = Uint8Array;

const NO_NAMES: readonly string[] = [];

/** Tells of the field lines of a message which of them are passed on. Most messages need none but one that was made beforehand. */
export class FieldFilter {
  readonly #kinds: KindSet;
  readonly #names: readonly string[];
  readonly #dropped: FieldSet | null;
  /** True when a look at the kind is enough. */
  readonly #byKind: boolean;

  private constructor(kinds: KindSet, names: readonly string[], dropped: FieldSet | null) {
    this.#kinds = kinds;
    this.#names = names;
    this.#dropped = dropped;
    this.#byKind = names.length === 0 && dropped === null;
  }

  /** Leaves out the hop-by-hop fields and `more`. */
  static endToEnd(...more: readonly FieldKind[]): FieldFilter {
    const dropped = Object.values(Field).map((kind) => HOP_BY_HOP.has(kind) || more.includes(kind));
    return new FieldFilter(Uint8Array.from(dropped, Number), NO_NAMES, null);
  }

  /** Leaves out a kind less. */
  keeping(kind: FieldKind): FieldFilter {
    return this.#withKind(kind, 0);
  }

  /** Leaves out a kind more. */
  dropping(kind: FieldKind): FieldFilter {
    return this.#withKind(kind, 1);
  }

  /** Leaves out also what the message's own Connection field names, and a set of fields; null stands for no set. */
  beyond({ names }: ConnectionOptions, dropped: FieldSet | null): FieldFilter {
    return names.length === 0 && dropped === null ? this : new FieldFilter(this.#kinds, names, dropped);
  }

  passes(fields: FieldSection, bytes: Buffer, index: number): boolean {
    return (
      this.#kinds[fields.kinds[index] ?? 0] !== 1 &&
      (this.#byKind || this.#passesByName(fields, bytes, index))
    );
  }

  #passesByName(fields: FieldSection, bytes: Buffer, index: number): boolean {
    if (this.#names.length > 0 && this.#names.includes(fields.name(bytes, index).toLowerCase())) {
      return false;
    }
    const { lineStarts, nameEnds } = fields;
    return this.#dropped?.has(bytes, lineStarts[index] ?? 0, nameEnds[index] ?? 0) !== true;
  }

  #withKind(kind: FieldKind, value: 0 | 1): FieldFilter {
    return new FieldFilter(this.#kinds.with(kind, value), this.#names, this.#dropped);
  }
}
