import { fieldKind, imitatesKnownField, type FieldKind } from './field-names.ts';
import { COLON, CR, FIELD_VALUE, isBlank, isFieldValue, LF, SP, textOf, TOKEN } from './tokens.ts';

/** Field lines that one head may have; browsers send about 20, Tomcat takes 100. */
const MAX_FIELDS = 128;

export type FieldFault = 'MalformedField' | 'ImitatedField' | 'TooManyFields';

export type SectionOutcome = 'Complete' | 'Incomplete' | 'HeaderTooLarge' | FieldFault;

/**
 * The header section of one message: where its lines are, as offsets into the bytes of the head. It is read line by line as the bytes
 * arrive, so that no byte is looked at twice, and its arrays are used again for the next message.
 *
 * A line is `name ":" OWS value OWS CRLF` (RFC 9112 section 5), strictly: no blank before the colon, no folded line, no bare CR or LF,
 * no control byte.
 */
export class FieldSection {
  /** Number of field lines read. */
  count = 0;
  readonly kinds: FieldKind[] = [];
  /** Offset of each line; one entry more than there are lines, so that the next entry is where a line ends. */
  readonly lineStarts: number[] = [];
  readonly nameEnds: number[] = [];
  /** The value without the white space around it. */
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];
  /** Offset behind the empty line that ends the section; only when it is complete. */
  end = 0;
  /** Up to here the unfinished last line was searched for its end. */
  #searched = 0;

  /** Forgets everything; the first line will be at `offset`. */
  begin(offset: number): void {
    this.count = 0;
    this.lineStarts[0] = offset;
    this.#searched = offset;
  }

  /**
   * Reads as many lines as there are; `bytes` holds the head from its beginning, each time with more at its end. A line that ends beyond
   * `limit` is not looked at: what is said of it must not depend on how much has arrived.
   */
  read(bytes: Buffer, limit: number): SectionOutcome {
    for (;;) {
      while (this.#readPlainLine(bytes, limit)) {
        // On to the next one.
      }
      const start = this.lineStarts[this.count] ?? 0;
      if (start + 1 < limit && isLineEnd(bytes, start)) {
        this.end = start + 2;
        return 'Complete';
      }
      const lineFeed = bytes.indexOf(LF, Math.max(start, this.#searched));
      if (lineFeed === -1) {
        this.#searched = bytes.length;
        return bytes.length > limit ? 'HeaderTooLarge' : 'Incomplete';
      }
      if (lineFeed >= limit) {
        return 'HeaderTooLarge';
      }
      const end = lineFeed - 1;
      if (end <= start || bytes[end] !== CR) {
        return 'MalformedField';
      }
      const fault = this.#readLine(bytes, start, end);
      if (fault !== null) {
        return fault;
      }
    }
  }

  /** Adds `name: value CRLF`, known to be well-formed, behind the lines so far; false when there are too many. */
  add(kind: FieldKind, nameLength: number, valueLength: number): boolean {
    const { count } = this;
    if (count === MAX_FIELDS) {
      return false;
    }
    const nameEnd = (this.lineStarts[count] ?? 0) + nameLength;
    const valueStart = nameEnd + 2;
    this.#put(kind, nameEnd, valueStart, valueStart + valueLength);
    this.lineStarts[count + 1] = valueStart + valueLength + 2;
    return true;
  }

  /** There is no further line to add. */
  finish(): void {
    this.end = (this.lineStarts[this.count] ?? 0) + 2;
  }

  name(bytes: Buffer, index: number): string {
    return bytes.toString('latin1', this.lineStarts[index], this.nameEnds[index]);
  }

  /** `before`: what it probably is, which saves making the same text again. */
  value(bytes: Buffer, index: number, before = ''): string {
    return textOf(bytes, this.valueStarts[index] ?? 0, this.valueEnds[index] ?? 0, before);
  }

  /** The values of all lines of one kind. */
  values(bytes: Buffer, kind: FieldKind): readonly string[] {
    const values: string[] = [];
    for (let index = 0; index < this.count; index += 1) {
      if (this.kinds[index] === kind) {
        values.push(this.value(bytes, index));
      }
    }
    return values;
  }

  /**
   * Reads a line that is complete and looks as nearly all do, in one go; false when there is none, or when it has to be looked at more
   * closely.
   */
  #readPlainLine(bytes: Buffer, limit: number): boolean {
    const length = Math.min(bytes.length, limit);
    const start = this.lineStarts[this.count] ?? 0;
    if (this.#searched > start) {
      return false;
    }
    const nameEnd = endOfPlain(TOKEN, bytes, start, length);
    // The empty line: what is behind it is none of this section's.
    if (nameEnd === start) {
      return false;
    }
    const valueStart = nameEnd + 2;
    const end = endOfPlain(FIELD_VALUE, bytes, valueStart, length);
    const isPlain =
      end + 1 < length &&
      bytes[nameEnd] === COLON &&
      bytes[nameEnd + 1] === SP &&
      isLineEnd(bytes, end) &&
      !isBlank(bytes[valueStart]);
    return isPlain && this.#addLine(bytes, nameEnd, valueStart, end) === null;
  }

  /** Reads the line whose CRLF is at `end`; null when it is well-formed. */
  #readLine(bytes: Buffer, start: number, end: number): FieldFault | null {
    let nameEnd = start;
    let seen = 0;
    for (let type = tokenType(bytes, start); type !== 0; type = tokenType(bytes, nameEnd)) {
      seen |= type;
      nameEnd += 1;
    }
    if (nameEnd === start || bytes[nameEnd] !== COLON) {
      return 'MalformedField';
    }
    let valueStart = nameEnd + 1;
    while (isBlank(bytes[valueStart])) {
      valueStart += 1;
    }
    if (!isFieldValue(bytes, valueStart, end)) {
      return 'MalformedField';
    }
    if ((seen & UNDERSCORE) !== 0 && imitatesKnownField(bytes, start, nameEnd)) {
      return 'ImitatedField';
    }
    return this.#addLine(bytes, nameEnd, valueStart, end);
  }

  #addLine(bytes: Buffer, nameEnd: number, valueStart: number, lineEnd: number): FieldFault | null {
    const { count } = this;
    if (count === MAX_FIELDS) {
      return 'TooManyFields';
    }
    let valueEnd = lineEnd;
    while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) {
      valueEnd -= 1;
    }
    this.#put(fieldKind(bytes, this.lineStarts[count] ?? 0, nameEnd), nameEnd, valueStart, valueEnd);
    this.lineStarts[count + 1] = lineEnd + 2;
    return null;
  }

  #put(kind: FieldKind, nameEnd: number, valueStart: number, valueEnd: number): void {
    const { count } = this;
    this.kinds[count] = kind;
    this.nameEnds[count] = nameEnd;
    this.valueStarts[count] = valueStart;
    this.valueEnds[count] = valueEnd;
    this.count = count + 1;
  }
}

/** What the table of token characters says of them. */
const PLAIN = 1;
const UNDERSCORE = 2;

function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF;
}

/** Offset of the first byte from `start` on that the table has no 1 for, or of the end. */
function endOfPlain(table: Uint8Array, bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && table[bytes[at] ?? 0] === PLAIN) {
    at += 1;
  }
  return at;
}

function tokenType(bytes: Buffer, at: number): number {
  return TOKEN[bytes[at] ?? 0] ?? 0;
}
