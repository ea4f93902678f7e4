import type { Socket } from 'node:net';
import { givesBack, hasLanded } from '../../upstream/landing.ts';
import type { FieldFilter } from '../headers/hop-by-hop.ts';
import type { FieldSection } from './fields.ts';
import { OutputBuffer } from './output.ts';
import { Pieces } from './pieces.ts';
import { CR, LF, SP } from './tokens.ts';

/** Up to here pieces are copied into one buffer, so that they leave in one write; beyond, copying costs more than it saves. */
const COPY_LIMIT = 16_384;

/** A message as it is passed on; all offsets are into the bytes it was read from. */
export interface Outgoing {
  /** Without CRLF; null when it passes as it is, from offset 0 on. */
  readonly startLine: string | null;
  readonly fields: FieldSection;
  readonly filter: FieldFilter;
  /** Complete field lines that follow those that are kept. */
  readonly added: string;
}

/** Passes on a head and the part of the body that arrived with it, in one write; false when the socket wants to be waited for. */
export function writeMessage(socket: Socket, bytes: Buffer, message: Outgoing, body: Pieces): boolean {
  const output = OutputBuffer.take(longestHead(message) + body.length);
  const headEnd = writeHead(output.bytes, bytes, message);
  return output.send(socket, body.copy(bytes, output.bytes, headEnd));
}

/** A head as it is passed on, in memory that its user releases. */
export function composeHead(bytes: Buffer, message: Outgoing): OutputBuffer {
  const output = OutputBuffer.take(longestHead(message));
  output.length = writeHead(output.bytes, bytes, message);
  return output;
}

/** Passes on pieces of a body, the last that `bytes` are needed for; false when the socket wants to be waited for. */
export function writePieces(socket: Socket, bytes: Buffer, pieces: Pieces): boolean {
  if (pieces.count === 0) {
    return !socket.writableNeedDrain;
  }
  if (hasLanded(bytes) || (pieces.count > 1 && pieces.length <= COPY_LIMIT)) {
    const output = OutputBuffer.take(pieces.length);
    return output.send(socket, pieces.copy(bytes, output.bytes, 0));
  }
  if (pieces.count === 1) {
    return socket.write(pieces.gather(bytes), givesBack(bytes));
  }
  socket.cork();
  let ready = true;
  const last = pieces.count - 1;
  for (let index = 0; index <= last; index += 1) {
    const done = index === last ? givesBack(bytes) : undefined;
    ready = socket.write(bytes.subarray(pieces.starts[index], pieces.ends[index]), done);
  }
  socket.uncork();
  return ready;
}

/** Passes on pieces of a body as one chunk. */
export function writeAsChunk(socket: Socket, bytes: Buffer, pieces: Pieces): boolean {
  const { length } = pieces;
  if (length === 0) {
    return !socket.writableNeedDrain;
  }
  const size = `${length.toString(16)}\r\n`;
  const output = OutputBuffer.take(size.length + length + 2);
  const at = pieces.copy(bytes, output.bytes, output.bytes.write(size, 'latin1'));
  return output.send(socket, at + output.bytes.write('\r\n', at, 'latin1'));
}

/** What is kept of the head at hand; one object for all, as nothing is kept from one call to the next. */
const kept = new Pieces();

/** Bytes that the head has at most. */
function longestHead({ startLine, fields, added }: Outgoing): number {
  return (startLine === null ? 0 : startLine.length + 2) + fields.end + added.length;
}

/** Writes the head; returns the offset behind it. */
function writeHead(target: Buffer, bytes: Buffer, message: Outgoing): number {
  const { startLine, added } = message;
  selectLines(bytes, message);
  const start = startLine === null ? 0 : endLine(target, target.write(startLine, 'latin1'));
  const end = kept.copy(bytes, target, start);
  return endLine(target, added === '' ? end : end + target.write(added, end, 'latin1'));
}

/** Returns the offset behind the CRLF. */
function endLine(target: Buffer, at: number): number {
  target[at] = CR;
  target[at + 1] = LF;
  return at + 2;
}

function selectLines(bytes: Buffer, { startLine, fields, filter }: Outgoing): void {
  kept.clear();
  if (startLine === null) {
    kept.add(0, fields.lineStarts[0] ?? 0);
  }
  for (let index = 0; index < fields.count; index += 1) {
    if (filter.passes(fields, bytes, index)) {
      keepLine(bytes, fields, index);
    }
  }
}

/** White space around a value is left out, but for one space before it: no server then has to agree about what white space is. */
function keepLine(bytes: Buffer, fields: FieldSection, index: number): void {
  const start = fields.lineStarts[index] ?? 0;
  const end = fields.lineStarts[index + 1] ?? 0;
  const colonEnd = (fields.nameEnds[index] ?? 0) + 1;
  const valueStart = fields.valueStarts[index] ?? 0;
  const valueEnd = fields.valueEnds[index] ?? 0;
  const spaceEnd = bytes[colonEnd] === SP ? colonEnd + 1 : colonEnd;
  if (spaceEnd === valueStart && valueEnd === end - 2) {
    kept.add(start, end);
    return;
  }
  kept.add(start, Math.min(spaceEnd, valueStart));
  kept.add(valueStart, valueEnd);
  kept.add(end - 2, end);
}
