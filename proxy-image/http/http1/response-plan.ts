import { droppedKinds, endToEnd, type FieldFilter } from '../headers/hop-by-hop.ts';
import { bodyDecoder, type BodyDecoder } from './body.ts';
import { Field } from './field-names.ts';
import { CHUNKED, UNTIL_CLOSE } from './framing.ts';
import type { Outgoing } from './message.ts';
import type { ResponseHead } from './response-head.ts';

/** How a response is passed on to its client. */
export interface ResponsePlan {
  readonly message: Outgoing;
  readonly decoder: BodyDecoder;
  /** True when the body ends with the server's connection. For HTTP/1.1 it gets chunks, so that its end can be told from an accident. */
  readonly untilClose: boolean;
}

/** To whom a response goes. */
export interface ResponseClient {
  readonly method: string;
  /** 0 for HTTP/1.0, which knows no chunks. */
  readonly minor: number;
  readonly keepAlive: boolean;
  /** Value of a Set-Cookie field to be added; null for none. */
  readonly setCookie: string | null;
}

const DROPPED = droppedKinds();
/** A body without length, or none at all: the fields that state one are wrong (RFC 9110 section 8.6). */
const DROPPED_WITH_LENGTH = droppedKinds(Field.ContentLength);
/** Transfer-Encoding says `chunked` and nothing else, which holds for the next hop as well where the body stays chunked. */
const DROPPED_BUT_CODING = DROPPED.map((dropped, kind) => dropped && kind !== Field.TransferEncoding);

export function planResponse(head: ResponseHead, bytes: Buffer, client: ResponseClient): ResponsePlan {
  const { fields, connection, status } = head;
  const length = head.bodyLength(client.method);
  const untilClose = length === UNTIL_CLOSE;
  const staysChunked = length === CHUNKED && client.minor === 1;
  const dropped = staysChunked ? DROPPED_BUT_CODING : status === 204 ? DROPPED_WITH_LENGTH : DROPPED;
  return {
    message: {
      startLine: startLine(head),
      fields,
      keeps: endToEnd(fields, bytes, connection, dropped),
      added: addedLines(client, untilClose),
    },
    decoder: bodyDecoder(length, staysChunked ? 'Chunks' : 'Content', 0),
    untilClose,
  };
}

function addedLines({ minor, keepAlive, setCookie }: ResponseClient, untilClose: boolean): string {
  const coding = untilClose && minor === 1 ? 'Transfer-Encoding: chunked\r\n' : '';
  const cookie = setCookie === null ? '' : `Set-Cookie: ${setCookie}\r\n`;
  return coding + cookie + (keepAlive ? '' : 'Connection: close\r\n');
}

/** The fields of a response that are passed on where its body is framed by other means than HTTP/1.1 has. */
export function passedFields(head: ResponseHead, bytes: Buffer): FieldFilter {
  const { fields, connection, status } = head;
  return endToEnd(fields, bytes, connection, status < 200 || status === 204 ? DROPPED_WITH_LENGTH : DROPPED);
}

/** An interim response, or one that switches protocols: a head without a body. */
export function planHead(head: ResponseHead, bytes: Buffer, added: string): Outgoing {
  const { fields, connection } = head;
  return {
    startLine: startLine(head),
    fields,
    keeps: endToEnd(fields, bytes, connection, DROPPED_WITH_LENGTH),
    added,
  };
}

/** Null where the line can pass as it is. */
function startLine({ minor, status, reason }: ResponseHead): string | null {
  return minor === 1 && reason !== '' ? null : `HTTP/1.1 ${status} ${reason}`;
}
