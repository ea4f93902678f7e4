import { FieldFilter } from '../headers/hop-by-hop.ts';
import type { ResponseRules } from '../headers/rules.ts';
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
  /** What the policies have to say; null for nothing. */
  readonly rules: ResponseRules | null;
}

const PASSED = FieldFilter.endToEnd();
/** A body without length, or none at all: the fields that state one are wrong (RFC 9110 section 8.6). */
const PASSED_BUT_LENGTH = FieldFilter.endToEnd(Field.ContentLength);
/** Transfer-Encoding says `chunked` and nothing else, which holds for the next hop as well where the body stays chunked. */
const PASSED_WITH_CODING = PASSED.keeping(Field.TransferEncoding);

export function planResponse(head: ResponseHead, client: ResponseClient): ResponsePlan {
  const { fields, connection, status } = head;
  const length = head.bodyLength(client.method);
  const untilClose = length === UNTIL_CLOSE;
  const staysChunked = length === CHUNKED && client.minor === 1;
  const filter = staysChunked ? PASSED_WITH_CODING : status === 204 ? PASSED_BUT_LENGTH : PASSED;
  return {
    message: {
      startLine: startLine(head),
      fields,
      filter: filter.beyond(connection, client.rules?.dropped ?? null),
      added: addedLines(client, untilClose),
    },
    decoder: bodyDecoder(length, staysChunked ? 'Chunks' : 'Content', 0),
    untilClose,
  };
}

function addedLines({ minor, keepAlive, setCookie, rules }: ResponseClient, untilClose: boolean): string {
  const coding = untilClose && minor === 1 ? 'Transfer-Encoding: chunked\r\n' : '';
  const cookie = setCookie === null ? '' : `Set-Cookie: ${setCookie}\r\n`;
  return coding + cookie + (rules?.lines ?? '') + (keepAlive ? '' : 'Connection: close\r\n');
}

/** The fields of a response that are passed on where its body is framed by other means than HTTP/1.1 has. */
export function passedFields({ connection, status }: ResponseHead, rules: ResponseRules | null): FieldFilter {
  const interim = status < 200;
  const filter = interim || status === 204 ? PASSED_BUT_LENGTH : PASSED;
  return filter.beyond(connection, (interim ? rules?.droppedFromInterim : rules?.dropped) ?? null);
}

/** An interim response. */
export function planInterim(head: ResponseHead, rules: ResponseRules | null): Outgoing {
  return {
    startLine: startLine(head),
    fields: head.fields,
    filter: passedFields(head, rules),
    added: '',
  };
}

/** The response that switches protocols, which is final: a head without a body. `added` are lines of the proxy. */
export function planSwitch(head: ResponseHead, added: string, rules: ResponseRules | null): Outgoing {
  const { fields, connection } = head;
  return {
    startLine: startLine(head),
    fields,
    filter: PASSED_BUT_LENGTH.beyond(connection, rules?.dropped ?? null),
    added: added + (rules?.lines ?? ''),
  };
}

/** Null where the line can pass as it is. */
function startLine({ minor, status, reason }: ResponseHead): string | null {
  return minor === 1 && reason !== '' ? null : `HTTP/1.1 ${status} ${reason}`;
}
