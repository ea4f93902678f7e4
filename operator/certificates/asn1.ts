import forge from 'node-forge';

/** One ASN.1 element, as node-forge has it: primitive content is a string of bytes, one character each. */
export type Element = forge.asn1.Asn1;

const { Class, Type } = forge.asn1;

/** Parses one element. Indefinite lengths are read too: PKCS#12 files may be BER (RFC 7292 section 4). Throws on anything else, also when bytes are missing or left over. */
export function parseElement(bytes: Buffer): Element {
  return forge.asn1.fromDer(bytes.toString('latin1'), true);
}

export function encodeElement(element: Element): Buffer {
  return fromBinary(forge.asn1.toDer(element).getBytes());
}

/** Bytes of a primitive element, or of a string that was sent in chunks. Throws on any other constructed element. */
export function contentOf(element: Element): Buffer {
  if (typeof element.value === 'string') return fromBinary(element.value);
  return Buffer.concat(element.value.map(chunkOf));
}

function chunkOf(chunk: Element): Buffer {
  if (chunk.type !== Type.OCTETSTRING) throw new Error('expected a string, found a structure');
  return contentOf(chunk);
}

/** Elements of a constructed element. Throws on a primitive one. */
export function elementsOf(element: Element | undefined): readonly Element[] {
  if (element === undefined || typeof element.value === 'string') throw new Error('expected a structure');
  return element.value;
}

/** Element number `index` of a constructed element. Throws when it is not there. */
export function elementAt(element: Element | undefined, index: number): Element {
  const found = elementsOf(element)[index];
  if (found === undefined) throw new Error(`expected a structure of more than ${index} elements`);
  return found;
}

/** An object identifier in dotted form. Throws on any other element. */
export function oidOf(element: Element): string {
  if (element.type !== Type.OID || typeof element.value !== 'string')
    throw new Error('expected an identifier');
  return forge.asn1.derToOid(element.value);
}

/** A non-negative integer of at most 48 bits. Throws on any other element. */
export function integerOf(element: Element): number {
  const bytes = contentOf(element);
  const first = bytes[0];
  if (element.type !== Type.INTEGER || first === undefined || first >= 0x80 || bytes.length > 6) {
    throw new Error('expected a small non-negative integer');
  }
  return bytes.readUIntBE(0, bytes.length);
}

export function sequence(...elements: readonly Element[]): Element {
  return forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [...elements]);
}

export function set(...elements: readonly Element[]): Element {
  return forge.asn1.create(Class.UNIVERSAL, Type.SET, true, [...elements]);
}

export function oid(dotted: string): Element {
  return forge.asn1.create(Class.UNIVERSAL, Type.OID, false, forge.asn1.oidToDer(dotted).getBytes());
}

/** A non-negative integer; bytes are big-endian. */
export function integer(value: number | Buffer): Element {
  const bytes =
    typeof value === 'number' ? fromBinary(forge.asn1.integerToDer(value).getBytes()) : unsigned(value);
  return primitive(Type.INTEGER, bytes);
}

export function octets(bytes: Buffer): Element {
  return primitive(Type.OCTETSTRING, bytes);
}

/** A bit string of whole bytes, or with `unused` bits at its end. */
export function bits(bytes: Buffer, unused = 0): Element {
  return primitive(Type.BITSTRING, Buffer.concat([Buffer.of(unused), bytes]));
}

export function boolean(value: boolean): Element {
  return primitive(Type.BOOLEAN, Buffer.of(value ? 0xff : 0));
}

export function nothing(): Element {
  return primitive(Type.NULL, Buffer.alloc(0));
}

export function utf8(text: string): Element {
  return primitive(Type.UTF8, Buffer.from(text, 'utf8'));
}

export function bmp(text: string): Element {
  return forge.asn1.create(Class.UNIVERSAL, Type.BMPSTRING, false, text);
}

/** UTCTime up to the year 2049, GeneralizedTime from then on (RFC 5280 section 4.1.2.5). */
export function time(date: Date): Element {
  return date.getUTCFullYear() < 2050
    ? forge.asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, forge.asn1.dateToUtcTime(date))
    : forge.asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, forge.asn1.dateToGeneralizedTime(date));
}

/** A context-specific element around others: `[tag] EXPLICIT`. */
export function explicit(tag: number, ...elements: readonly Element[]): Element {
  return context(tag, true, [...elements]);
}

/** A context-specific element with bytes of its own: `[tag] IMPLICIT`. */
export function implicit(tag: number, bytes: Buffer): Element {
  return context(tag, false, bytes.toString('latin1'));
}

function context(tag: number, constructed: boolean, value: string | Element[]): Element {
  const element = forge.asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, constructed, value);
  // The library's type knows universal tags only.
  return Object.assign(element, { type: tag });
}

function primitive(type: forge.asn1.Type, bytes: Buffer): Element {
  return forge.asn1.create(Class.UNIVERSAL, type, false, bytes.toString('latin1'));
}

function unsigned(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function fromBinary(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1');
}
