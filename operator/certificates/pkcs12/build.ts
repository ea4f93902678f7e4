import * as asn1 from '../asn1.ts';
import type { Element } from '../asn1.ts';
import { bmpPassword } from './derive-key.ts';
import { makeMac } from './mac.ts';
import { OIDS } from './oids.ts';

export interface Protection {
  readonly password: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** A PKCS#12 file (RFC 7292 section 4) with each list of bags in a container of its own, in the clear, and an integrity check over all. */
export function buildPfx(containers: readonly (readonly Element[])[], protection: Protection): Buffer {
  const infos = containers.map((bags) => dataInfo(asn1.encodeElement(asn1.sequence(...bags))));
  const content = asn1.encodeElement(asn1.sequence(...infos));
  const mac = makeMac({ ...protection, password: bmpPassword(protection.password) }, content);
  return asn1.encodeElement(asn1.sequence(asn1.integer(3), dataInfo(content), mac));
}

/** A bag with a key that is encrypted already: EncryptedPrivateKeyInfo, DER. */
export function keyBag(encryptedKey: Buffer, attributes: readonly Element[]): Element {
  return bag(OIDS.shroudedKeyBag, asn1.parseElement(encryptedKey), attributes);
}

/** A bag with an X.509 certificate, DER. */
export function certificateBag(der: Buffer, attributes: readonly Element[]): Element {
  const value = asn1.sequence(asn1.oid(OIDS.x509Certificate), asn1.explicit(0, asn1.octets(der)));
  return bag(OIDS.certBag, value, attributes);
}

/** Java's alias. */
export function friendlyName(alias: string): Element {
  return attribute(OIDS.friendlyName, asn1.bmp(alias));
}

/** Ties a certificate to its key. */
export function localKeyId(id: Buffer): Element {
  return attribute(OIDS.localKeyId, asn1.octets(id));
}

/** Java passes over a certificate without a key unless it has this attribute. */
export function javaTrusted(): Element {
  return attribute(OIDS.javaTrustedKeyUsage, asn1.oid(OIDS.anyExtendedKeyUsage));
}

function bag(type: string, value: Element, attributes: readonly Element[]): Element {
  const head = [asn1.oid(type), asn1.explicit(0, value)];
  return attributes.length === 0 ? asn1.sequence(...head) : asn1.sequence(...head, asn1.set(...attributes));
}

function attribute(type: string, value: Element): Element {
  return asn1.sequence(asn1.oid(type), asn1.set(value));
}

function dataInfo(content: Buffer): Element {
  return asn1.sequence(asn1.oid(OIDS.data), asn1.explicit(0, asn1.octets(content)));
}
