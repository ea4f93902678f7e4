/** A field that frames a body. */
export interface FramingField {
  readonly name: string;
  readonly value: string;
  /** A whole line that states the length in the other way. */
  readonly other: string;
}

/** All that is neither visible ASCII nor a part of it: controls, space, DEL, and everything beyond. */
export const BYTES: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte).filter(
  (byte) => byte <= 0x20 || byte >= 0x7f,
);

type Bend = (field: FramingField, byte: string) => string;

/** Where a byte is put into the line, or beside it. */
export const PLACES: Readonly<Record<string, Bend>> = {
  'before-name': ({ name, value }, byte) => `${byte}${name}: ${value}`,
  'in-name': ({ name, value }, byte) => `${name.replace('-', `${byte}-`)}: ${value}`,
  'for-hyphen': ({ name, value }, byte) => `${name.replace('-', byte)}: ${value}`,
  'before-colon': ({ name, value }, byte) => `${name}${byte}: ${value}`,
  'for-colon': ({ name, value }, byte) => `${name}${byte}${value}`,
  'before-value': ({ name, value }, byte) => `${name}:${byte}${value}`,
  'in-value': ({ name, value }, byte) => `${name}: ${value.slice(0, 1)}${byte}${value.slice(1)}`,
  'after-value': ({ name, value }, byte) => `${name}: ${value}${byte}`,
  'after-line-before-next': ({ name, value }, byte) => `X: y${byte}\n${name}: ${value}`,
  'as-line-end-before': ({ name, value }, byte) => `X: y\r${byte}${name}: ${value}`,
};

/** Lines bent in ways that take more than a byte. */
export const WHOLE_LINES: Readonly<Record<string, (field: FramingField) => string>> = {
  good: ({ name, value }) => `${name}: ${value}`,
  'without-space': ({ name, value }) => `${name}:${value}`,
  'upper-case': ({ name, value }) => `${name.toUpperCase()}: ${value.toUpperCase()}`,
  'underscore-name': ({ name, value }) => `${name.replace('-', '_')}: ${value}`,
  'quoted-value': ({ name, value }) => `${name}: "${value}"`,
  'single-quoted-value': ({ name, value }) => `${name}: '${value}'`,
  'comma-before': ({ name, value }) => `${name}: ,${value}`,
  'comma-after': ({ name, value }) => `${name}: ${value},`,
  'semicolon-after': ({ name, value }) => `${name}: ${value};`,
  'parameter-after': ({ name, value }) => `${name}: ${value};q=1`,
  'prefixed-value': ({ name, value }) => `${name}: x${value}`,
  'suffixed-value': ({ name, value }) => `${name}: ${value}x`,
  'doubled-value': ({ name, value }) => `${name}: ${value}, ${value}`,
  'listed-before': ({ name, value }) => `${name}: identity, ${value}`,
  'listed-after': ({ name, value }) => `${name}: ${value}, identity`,
  'zero-before': ({ name, value }) => `${name}: 0${value}`,
  'sign-before': ({ name, value }) => `${name}: +${value}`,
  'minus-before': ({ name, value }) => `${name}: -${value}`,
  'hex-before': ({ name, value }) => `${name}: 0x${value}`,
  'empty-first': ({ name, value }) => `${name}:\r\n${name}: ${value}`,
  'empty-last': ({ name, value }) => `${name}: ${value}\r\n${name}:`,
  'other-first': ({ name, value }) => `${name}: identity\r\n${name}: ${value}`,
  'other-last': ({ name, value }) => `${name}: ${value}\r\n${name}: identity`,
  'same-twice': ({ name, value }) => `${name}: ${value}\r\n${name}: ${value}`,
  'folded-value': ({ name, value }) => `${name}:\r\n ${value}`,
  'folded-by-tab': ({ name, value }) => `${name}:\r\n\t${value}`,
  'folded-behind': ({ name, value }) => `${name}: ${value}\r\n , identity`,
  'continuation-of-another': ({ name, value }) => `X: y\r\n ${name}: ${value}`,
  'two-colons': ({ name, value }) => `${name}:: ${value}`,
  'colon-first': ({ name, value }) => `:${name}: ${value}`,
  'empty-name-first': ({ name, value }) => `: y\r\n${name}: ${value}`,
  'percent-encoded-value': ({ name, value }) =>
    `${name}: %${value.charCodeAt(0).toString(16)}${value.slice(1)}`,
};
