import type { BodyDecoder, BodyFault, ChunkedForm } from './body.ts';
import { Pieces } from './pieces.ts';
import { COLON, CR, FIELD_VALUE, HEX_VALUE, LF, TOKEN } from './tokens.ts';

/** Chunks stay below 2 GiB, so that no server that counts in 32 bits sees another length. */
const MAX_SIZE = 0x7fff_ffff;

/** Digits of a chunk's size; leading zeros are allowed, but not without end. */
const MAX_DIGITS = 16;

/** Bytes of chunk extensions and trailers in one body, which nobody uses and which are not passed on. */
const MAX_DROPPED = 8_192;

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Named for the byte that is expected next. */
type State =
  | 'FirstDigit'
  | 'Digit'
  | 'SizeLf'
  | 'ExtensionNameStart'
  | 'ExtensionName'
  | 'ExtensionValueStart'
  | 'ExtensionToken'
  | 'ExtensionQuoted'
  | 'ExtensionEscaped'
  | 'ExtensionQuoteEnd'
  | 'Data'
  | 'DataCr'
  | 'DataLf'
  | 'TrailerStart'
  | 'TrailerName'
  | 'TrailerValue'
  | 'TrailerLf'
  | 'EndLf'
  | 'Done'
  | 'Failed';

/** The chunk whose size line is being read. */
interface Chunk {
  size: number;
  digits: number;
}

/**
 * A chunked body (RFC 9112 section 7.1), read strictly: no white space around sizes and extensions, no bare CR or LF. Passed on as chunks
 * it keeps its sizes and loses its extensions and trailers; what is passed on of a body that turns out bad is no complete body.
 */
export class ChunkedDecoder implements BodyDecoder {
  readonly pieces = new Pieces();
  fault: BodyFault | null = null;
  contentLength = 0;
  readonly #form: ChunkedForm;
  readonly #limit: number;
  readonly #chunk: Chunk = { size: 0, digits: 0 };
  #state: State = 'FirstDigit';
  #dropped = 0;

  constructor(form: ChunkedForm, limit: number) {
    this.#form = form;
    this.#limit = limit;
  }

  get done(): boolean {
    return this.#state === 'Done';
  }

  read(bytes: Buffer, start: number): number {
    this.pieces.clear();
    let at = start;
    while (at < bytes.length && this.#state !== 'Done' && this.#state !== 'Failed') {
      at = this.#state === 'Data' ? this.#readData(bytes, at) : this.#readFraming(bytes, at);
    }
    return at;
  }

  #readData(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#chunk.size);
    this.pieces.add(start, end);
    this.#chunk.size -= end - start;
    this.contentLength += end - start;
    if (this.#chunk.size === 0) {
      this.#state = 'DataCr';
    }
    if (this.#limit > 0 && this.contentLength > this.#limit) {
      this.#fail('BodyTooLarge');
    }
    return end;
  }

  #readFraming(bytes: Buffer, at: number): number {
    const from = this.#state;
    const to = NEXT[from](bytes[at] ?? 0, this.#chunk);
    this.#state = to;
    if (to === 'Failed') {
      this.#fail('MalformedChunk');
    } else if (!isKept(from, to)) {
      this.#drop();
    } else if (this.#form === 'Chunks') {
      this.pieces.add(at, at + 1);
    }
    return at + 1;
  }

  #drop(): void {
    this.#dropped += 1;
    if (this.#dropped > MAX_DROPPED) {
      this.#fail('MalformedChunk');
    }
  }

  #fail(fault: BodyFault): void {
    this.#state = 'Failed';
    this.fault = fault;
  }
}

/** True for the bytes that frame chunks: sizes and line ends, but not those of extensions and trailers. */
function isKept(from: State, to: State): boolean {
  return from === 'SizeLf' || from === 'DataLf' || KEPT_ON_THE_WAY_TO.has(to);
}

const KEPT_ON_THE_WAY_TO: ReadonlySet<State> = new Set<State>(['Digit', 'SizeLf', 'DataLf', 'EndLf', 'Done']);

/** For each state: where a byte leads. */
const NEXT: Readonly<Record<State, (byte: number, chunk: Chunk) => State>> = {
  FirstDigit: (byte, chunk) => {
    chunk.size = 0;
    chunk.digits = 0;
    return digit(byte, chunk);
  },
  Digit: (byte, chunk) =>
    byte === CR ? 'SizeLf' : byte === SEMICOLON ? 'ExtensionNameStart' : digit(byte, chunk),
  SizeLf: (byte, { size }) => (byte !== LF ? 'Failed' : size === 0 ? 'TrailerStart' : 'Data'),
  ExtensionNameStart: (byte) => (isToken(byte) ? 'ExtensionName' : 'Failed'),
  ExtensionName: (byte) =>
    isToken(byte) ? 'ExtensionName' : byte === EQUALS ? 'ExtensionValueStart' : extensionEnd(byte),
  ExtensionValueStart: (byte) =>
    byte === QUOTE ? 'ExtensionQuoted' : isToken(byte) ? 'ExtensionToken' : 'Failed',
  ExtensionToken: (byte) => (isToken(byte) ? 'ExtensionToken' : extensionEnd(byte)),
  ExtensionQuoted: (byte) => {
    if (byte === QUOTE) {
      return 'ExtensionQuoteEnd';
    }
    return byte === BACKSLASH ? 'ExtensionEscaped' : isValue(byte) ? 'ExtensionQuoted' : 'Failed';
  },
  ExtensionEscaped: (byte) => (isValue(byte) ? 'ExtensionQuoted' : 'Failed'),
  ExtensionQuoteEnd: (byte) => extensionEnd(byte),
  Data: () => 'Failed',
  DataCr: (byte) => (byte === CR ? 'DataLf' : 'Failed'),
  DataLf: (byte) => (byte === LF ? 'FirstDigit' : 'Failed'),
  TrailerStart: (byte) => (byte === CR ? 'EndLf' : isToken(byte) ? 'TrailerName' : 'Failed'),
  TrailerName: (byte) => (byte === COLON ? 'TrailerValue' : isToken(byte) ? 'TrailerName' : 'Failed'),
  TrailerValue: (byte) => (byte === CR ? 'TrailerLf' : isValue(byte) ? 'TrailerValue' : 'Failed'),
  TrailerLf: (byte) => (byte === LF ? 'TrailerStart' : 'Failed'),
  EndLf: (byte) => (byte === LF ? 'Done' : 'Failed'),
  Done: () => 'Failed',
  Failed: () => 'Failed',
};

function digit(byte: number, chunk: Chunk): State {
  const value = HEX_VALUE[byte] ?? 255;
  chunk.size = chunk.size * 16 + value;
  chunk.digits += 1;
  return value < 16 && chunk.digits <= MAX_DIGITS && chunk.size <= MAX_SIZE ? 'Digit' : 'Failed';
}

function extensionEnd(byte: number): State {
  return byte === CR ? 'SizeLf' : byte === SEMICOLON ? 'ExtensionNameStart' : 'Failed';
}

function isToken(byte: number): boolean {
  return TOKEN[byte] !== 0;
}

function isValue(byte: number): boolean {
  return FIELD_VALUE[byte] === 1;
}
