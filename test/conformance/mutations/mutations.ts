import type { Http1Case } from '../http1/case.ts';
import { BYTES, PLACES, WHOLE_LINES, type FramingField } from './rules.ts';

/**
 * A request for whose body two lengths can be read, and which holds another one for whoever reads the wrong of them: every byte that a
 * lenient parser might take for white space, at every place of the line that frames the body, and lines bent as a whole.
 *
 * None of them may be served. Where the bent line is still a good one there are two statements of the length, which RFC 9112 section 6.3
 * lets a recipient refuse.
 */
export function smugglingMutations(): readonly Http1Case[] {
  const lines = new Map<string, { readonly field: FramingField; readonly id: string }>();
  for (const field of FIELDS) {
    for (const [place, line] of Object.entries(PLACES)) {
      for (const byte of BYTES) {
        const id = `${field.name}/${place}-${byte.toString(16).padStart(2, '0')}`;
        lines.set(line(field, String.fromCharCode(byte)), { field, id: id.toLowerCase() });
      }
    }
    for (const [what, line] of Object.entries(WHOLE_LINES)) {
      lines.set(line(field), { field, id: `${field.name}/${what}`.toLowerCase() });
    }
  }
  return [...lines].map(([line, { field, id }]) => ({
    id,
    must: 'reject',
    at: 'head',
    messages: 0,
    why: 'the length of the body can be read in two ways (RFC 9112 6.3, 11.2)',
    raw: Buffer.from(request(field, line), 'latin1'),
  }));
}

/** The field that is bent, and the one beside it that is not. */
const FIELDS: readonly FramingField[] = [
  { name: 'Transfer-Encoding', value: 'chunked', other: 'Content-Length: 48' },
  { name: 'Content-Length', value: '48', other: 'Transfer-Encoding: chunked' },
];

/** 48 bytes; the last chunk is before the second request. */
const BODY = '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

function request({ other }: FramingField, line: string): string {
  return `POST / HTTP/1.1\r\nHost: localhost\r\n${line}\r\n${other}\r\n\r\n${BODY}`;
}
