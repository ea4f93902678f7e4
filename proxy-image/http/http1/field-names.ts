import { equalsWord } from './tokens.ts';

/** The fields that the proxy itself looks at; all others pass unread. */
export const Field = {
  Other: 0,
  Host: 1,
  ContentLength: 2,
  TransferEncoding: 3,
  Connection: 4,
  KeepAlive: 5,
  ProxyConnection: 6,
  Te: 7,
  Trailer: 8,
  Upgrade: 9,
  Expect: 10,
  MaxForwards: 11,
  Authorization: 12,
  WwwAuthenticate: 13,
  Forwarded: 14,
  XForwardedFor: 15,
  XForwardedHost: 16,
  XForwardedPort: 17,
  XForwardedProto: 18,
  /** Any other field that tells of a client or a hop before this one: `X-Forwarded-*` and `X-Real-IP`. */
  XForwardedOther: 19,
  Http2Settings: 20,
  /** `Client-Cert` and `Client-Cert-Chain` (RFC 9440): what a proxy says of the client's certificate. */
  ClientCert: 21,
} as const;

export type FieldKind = (typeof Field)[keyof typeof Field];

const KIND_BY_NAME = {
  host: Field.Host,
  'content-length': Field.ContentLength,
  'transfer-encoding': Field.TransferEncoding,
  connection: Field.Connection,
  'keep-alive': Field.KeepAlive,
  'proxy-connection': Field.ProxyConnection,
  te: Field.Te,
  trailer: Field.Trailer,
  upgrade: Field.Upgrade,
  expect: Field.Expect,
  'max-forwards': Field.MaxForwards,
  authorization: Field.Authorization,
  'www-authenticate': Field.WwwAuthenticate,
  forwarded: Field.Forwarded,
  'x-forwarded-for': Field.XForwardedFor,
  'x-forwarded-host': Field.XForwardedHost,
  'x-forwarded-port': Field.XForwardedPort,
  'x-forwarded-proto': Field.XForwardedProto,
  'x-real-ip': Field.XForwardedOther,
  'http2-settings': Field.Http2Settings,
  'client-cert': Field.ClientCert,
  'client-cert-chain': Field.ClientCert,
} as const satisfies Record<string, FieldKind>;

interface Known {
  readonly word: Uint8Array;
  readonly kind: FieldKind;
}

/** The known names by their length. */
const BY_LENGTH: (readonly Known[] | undefined)[] = [];
for (const [name, kind] of Object.entries(KIND_BY_NAME)) {
  BY_LENGTH[name.length] = [...(BY_LENGTH[name.length] ?? []), { word: Buffer.from(name), kind }];
}

const X_FORWARDED = Buffer.from('x-forwarded-');

/** Longer names are not known, but for those that begin with `X-Forwarded-`. */
const LENGTHS = BY_LENGTH.length;

/** 1 where a known name has this length and begins with this letter: the other names, which are most, are ruled out by it. */
const POSSIBLE = new Uint8Array(LENGTHS * 32);
for (const name of Object.keys(KIND_BY_NAME)) {
  POSSIBLE[name.length * 32 + letter(name.charCodeAt(0))] = 1;
}

const LETTER_X = letter(0x78);

export function fieldKind(bytes: Uint8Array, start: number, end: number): FieldKind {
  const length = end - start;
  const first = letter(bytes[start] ?? 0);
  if (length < LENGTHS && POSSIBLE[length * 32 + first] === 1) {
    for (const { word, kind } of BY_LENGTH[length] ?? NONE) {
      if (equalsWord(bytes, start, end, word)) {
        return kind;
      }
    }
  }
  const isForwarding =
    first === LETTER_X &&
    length > X_FORWARDED.length &&
    equalsWord(bytes, start, start + X_FORWARDED.length, X_FORWARDED);
  return isForwarding ? Field.XForwardedOther : Field.Other;
}

/** A number below 32 that upper and lower case have in common, and that letters have each of their own. */
function letter(byte: number): number {
  return byte & 31;
}

const NONE: readonly Known[] = [];

/**
 * True for a name with `_` that is one of the known ones when `_` is read as `-`, as CGI-like servers do: such a field could speak for the
 * proxy, or frame the body differently for the server than for the proxy.
 */
export function imitatesKnownField(bytes: Buffer, start: number, end: number): boolean {
  const name = Buffer.from(bytes.toString('latin1', start, end).replaceAll('_', '-'), 'latin1');
  return fieldKind(name, 0, name.length) !== Field.Other;
}
