import type { Socket } from 'node:net';
import type { FieldFilter } from '../headers/hop-by-hop.ts';
import type { FieldSection } from './fields.ts';
import { Pieces } from './pieces.ts';
import { SP } from './tokens.ts';

/** Up to here bytes are copied into one buffer, so that head and body leave in one write; beyond, copying costs more than it saves. */
const COPY_LIMIT = 16_384;

/** A message as it is passed on; all offsets are into the bytes it was read from. */
export interface Outgoing {
  /** Without CRLF; null when it passes as it is, from offset 0 on. */
  readonly startLine: string | null;
  readonly fields: FieldSection;
  readonly keeps: FieldFilter;
  /** Complete field lines that follow those that are kept. */
  readonly added: string;
}

/** Passes on a head and the part of the body that arrived with it; false when the socket wants to be waited for. */
export function writeMessage(socket: Socket, bytes: Buffer, message: Outgoing, body: Pieces): boolean {
  selectLines(bytes, message);
  const unchangedEnd = endOfUnchanged(message, body);
  if (unchangedEnd > 0) {
    return socket.write(bytes.subarray(0, unchangedEnd));
  }
  if (body.length <= COPY_LIMIT) {
    return socket.write(compose(bytes, message, body));
  }
  socket.cork();
  socket.write(compose(bytes, message, NO_BODY));
  const ready = writePieces(socket, bytes, body);
  socket.uncork();
  return ready;
}

/** A head as it is passed on. */
export function composeHead(bytes: Buffer, message: Outgoing): Buffer {
  selectLines(bytes, message);
  return compose(bytes, message, NO_BODY);
}

/** Passes on pieces of a body; false when the socket wants to be waited for. */
export function writePieces(socket: Socket, bytes: Buffer, pieces: Pieces): boolean {
  if (pieces.count === 0) {
    return !socket.writableNeedDrain;
  }
  if (pieces.count === 1 || pieces.length <= COPY_LIMIT) {
    return socket.write(pieces.gather(bytes));
  }
  socket.cork();
  let ready = true;
  for (let index = 0; index < pieces.count; index += 1) {
    ready = socket.write(bytes.subarray(pieces.starts[index], pieces.ends[index]));
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
  socket.cork();
  socket.write(`${length.toString(16)}\r\n`, 'latin1');
  writePieces(socket, bytes, pieces);
  const ready = socket.write('\r\n', 'latin1');
  socket.uncork();
  return ready;
}

const NO_BODY = new Pieces();

/** What is kept of the head at hand; one object for all, as nothing is kept from one call to the next. */
const kept = new Pieces();

/** Where a message that passes entirely as it arrived ends; 0 when something was taken out or is to be put in. */
function endOfUnchanged({ startLine, fields, added }: Outgoing, body: Pieces): number {
  const whole = kept.count === 1 && kept.starts[0] === 0 && kept.ends[0] === fields.end - 2;
  if (startLine !== null || added !== '' || !whole || body.count > 1) {
    return 0;
  }
  if (body.count === 0) {
    return fields.end;
  }
  return body.starts[0] === fields.end ? (body.ends[0] ?? 0) : 0;
}

function compose(bytes: Buffer, { startLine, added }: Outgoing, body: Pieces): Buffer {
  const before = startLine === null ? '' : `${startLine}\r\n`;
  const target = Buffer.allocUnsafe(before.length + kept.length + added.length + 2 + body.length);
  let at = target.write(before, 0, 'latin1');
  at = kept.copy(bytes, target, at);
  at += target.write(`${added}\r\n`, at, 'latin1');
  body.copy(bytes, target, at);
  return target;
}

function selectLines(bytes: Buffer, { startLine, fields, keeps }: Outgoing): void {
  kept.clear();
  if (startLine === null) {
    kept.add(0, fields.lineStarts[0] ?? 0);
  }
  for (let index = 0; index < fields.count; index += 1) {
    if (keeps(index)) {
      keepLine(bytes, fields, index);
    }
  }
}

/** White space around a value is left out, but for one space before it: no server then has to agree about what white space is. */
function keepLine(bytes: Buffer, fields: FieldSection, index: number): void {
  const end = fields.lineStarts[index + 1] ?? 0;
  const colonEnd = (fields.nameEnds[index] ?? 0) + 1;
  const valueStart = fields.valueStarts[index] ?? 0;
  const valueEnd = fields.valueEnds[index] ?? 0;
  const spaceEnd = bytes[colonEnd] === SP ? colonEnd + 1 : colonEnd;
  kept.add(fields.lineStarts[index] ?? 0, Math.min(spaceEnd, valueStart));
  kept.add(valueStart, valueEnd);
  kept.add(end - 2, end);
}
