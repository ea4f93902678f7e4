import type { Socket } from 'node:net';
import { givesBack } from '../../upstream/landing.ts';
import type { FieldFilter } from '../headers/hop-by-hop.ts';
import type { FieldSection } from './fields.ts';
import { Pieces } from './pieces.ts';
import { SP } from './tokens.ts';

/** Up to here pieces are copied into one buffer, so that they leave in one write; beyond, copying costs more than it saves. */
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

/**
 * Passes on a head and the part of the body that arrived with it; false when the socket wants to be waited for. `bytes` may be
 * overwritten: nobody else may hold on to this message's part of them, nor to any once a part of the body is passed on.
 */
export function writeMessage(socket: Socket, bytes: Buffer, message: Outgoing, body: Pieces): boolean {
  selectLines(bytes, message);
  const unchangedEnd = endOfUnchanged(message, body);
  if (unchangedEnd > 0) {
    return socket.write(bytes.subarray(0, unchangedEnd), body.count === 0 ? undefined : givesBack(bytes));
  }
  const head = compose(bytes, message);
  const start = message.fields.end - head.length;
  if (body.count === 1 && body.starts[0] === message.fields.end && start >= 0) {
    // A head that has not grown takes the place of the old one, so that it leaves in one write with a body that is not copied.
    head.copy(bytes, start);
    return socket.write(bytes.subarray(start, body.ends[0]), givesBack(bytes));
  }
  socket.cork();
  socket.write(head);
  const ready = writePieces(socket, bytes, body);
  socket.uncork();
  return ready;
}

/** A head as it is passed on. */
export function composeHead(bytes: Buffer, message: Outgoing): Buffer {
  selectLines(bytes, message);
  return compose(bytes, message);
}

/** The same as Latin-1 text, which costs a socket less than bytes that are made for it. */
export function composeText(bytes: Buffer, message: Outgoing): string {
  selectLines(bytes, message);
  let text = message.startLine === null ? '' : `${message.startLine}\r\n`;
  for (let index = 0; index < kept.count; index += 1) {
    text += bytes.toString('latin1', kept.starts[index], kept.ends[index]);
  }
  return `${text}${message.added}\r\n`;
}

/** Passes on pieces of a body, the last that `bytes` are needed for; false when the socket wants to be waited for. */
export function writePieces(socket: Socket, bytes: Buffer, pieces: Pieces): boolean {
  if (pieces.count === 0) {
    return !socket.writableNeedDrain;
  }
  if (pieces.count === 1 || pieces.length <= COPY_LIMIT) {
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
  socket.cork();
  socket.write(`${length.toString(16)}\r\n`, 'latin1');
  writePieces(socket, bytes, pieces);
  const ready = socket.write('\r\n', 'latin1');
  socket.uncork();
  return ready;
}

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

function compose(bytes: Buffer, { startLine, added }: Outgoing): Buffer {
  const before = startLine === null ? '' : `${startLine}\r\n`;
  const target = Buffer.allocUnsafe(before.length + kept.length + added.length + 2);
  const at = kept.copy(bytes, target, target.write(before, 0, 'latin1'));
  target.write(`${added}\r\n`, at, 'latin1');
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
