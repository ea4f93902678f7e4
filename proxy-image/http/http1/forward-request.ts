import {
  certificateLine,
  extendedLines,
  forwardedLines,
  passedFields,
  standardLine,
  type Origin,
  type Telling,
} from '../headers/forwarded.ts';
import type { RequestRules } from '../headers/rules.ts';
import { CHUNKED } from './framing.ts';
import { composeHead, type Outgoing } from './message.ts';
import type { OutputBuffer } from './output.ts';
import type { RequestHead } from './request-head.ts';
import { Field } from './field-names.ts';

/** Methods whose missing body is said to be empty (RFC 9110 section 8.6): some servers refuse them without a length. */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Where a request goes that has named its target itself. */
export interface NamedTarget {
  /** Path and query. */
  readonly target: string;
  /** Host field. */
  readonly host: string;
}

/** What is said of a request beyond what its client said. */
export interface Forwarding extends Telling {
  readonly origin: Origin;
  /** True when the client is a proxy whose forwarding fields are believed. */
  readonly trusted: boolean;
  /** The protocol to switch to, or null. */
  readonly upgrade: string | null;
  /** Null for a request to a backend. */
  readonly named: NamedTarget | null;
  /** What the policies have to say; null for nothing. */
  readonly rules: RequestRules | null;
}

/**
 * The head of a request as it is sent to a server: origin form, HTTP/1.1, Host and end-to-end fields as they came, one statement of
 * the body's length, and forwarding fields.
 */
export function forwardedHead(head: RequestHead, bytes: Buffer, forwarding: Forwarding): OutputBuffer {
  const { fields, connection, method, target, maxForwards } = head;
  const { trusted, named, rules } = forwarding;
  const filter = passedFields(trusted, forwarding).beyond(connection, rules?.dropped ?? null);
  const text = {
    startLine: head.forwardsLine ? null : `${method} ${target.target} HTTP/1.1`,
    fields,
    filter: maxForwards === null ? filter : filter.dropping(Field.MaxForwards),
    added: addedLines(head, bytes, forwarding),
  };
  return composeHead(bytes, named === null ? text : toNamed(text, method, named));
}

function toNamed(message: Outgoing, method: string, { target, host }: NamedTarget): Outgoing {
  const { fields, filter, added } = message;
  return {
    startLine: `${method} ${target} HTTP/1.1`,
    fields,
    filter: filter.dropping(Field.Host),
    added: `Host: ${host}\r\n${added}`,
  };
}

function addedLines(head: RequestHead, bytes: Buffer, forwarding: Forwarding): string {
  const { origin, trusted, tellsForwarded, upgrade, rules } = forwarding;
  const { fields, hostValue, bodyLength, maxForwards } = head;
  let lines = trusted ? extendedLines(origin, hostValue, fields, bytes) : forwardedLines(origin, hostValue);
  lines += certificateLine(origin);
  if (tellsForwarded) {
    lines += standardLine(origin, hostValue, trusted ? { fields, bytes } : null);
  }
  if (bodyLength === CHUNKED) {
    lines += 'Transfer-Encoding: chunked\r\n';
  } else if (!head.statesLength && EXPECTS_BODY.has(head.method)) {
    lines += 'Content-Length: 0\r\n';
  }
  if (maxForwards !== null) {
    lines += `Max-Forwards: ${maxForwards - 1}\r\n`;
  }
  if (upgrade !== null) {
    lines += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`;
  }
  return rules === null ? lines : lines + rules.lines;
}
