import { getBuiltinModule } from 'node:process';
import type { ResponseRules } from './headers/rules.ts';

// Not imported: that would evaluate all of its exports, Node's WebSocket client among them, for 6 MiB of memory.
const { STATUS_CODES } = getBuiltinModule('node:http');

/** A response that the proxy gives itself. */
export interface LocalResponse {
  readonly status: number;
  /** Plain text; empty for none. */
  readonly text: string;
  readonly location?: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

/** A local response without what depends on the version of HTTP. */
export interface LocalMessage {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** The answer to HEAD has no body, but says how long it would be (RFC 9110 section 9.3.2). */
export function localMessage(
  { status, text, location, retryAfter }: LocalResponse,
  method: string,
  rules: ResponseRules | null,
): LocalMessage {
  const body = text === '' ? '' : `${text}\n`;
  return {
    fields: [
      ['Date', new Date().toUTCString()],
      ...(location === undefined ? [] : [['Location', location] as const]),
      ...(retryAfter === undefined ? [] : [['Retry-After', String(retryAfter)] as const]),
      ...(body === '' ? [] : [['Content-Type', 'text/plain; charset=utf-8'] as const]),
      // RFC 9110 section 8.6: a 204 states no length.
      ...(status === 204 ? [] : [['Content-Length', String(Buffer.byteLength(body))] as const]),
      ['Cache-Control', 'no-store'],
      ...(rules?.own ?? []).map(({ name, value }) => [name, value] as const),
    ],
    body: method === 'HEAD' ? '' : body,
  };
}

/** To whom a local response goes. */
export interface LocalClient {
  readonly method: string;
  readonly keepAlive: boolean;
  /** What the policies have to say; null for nothing. */
  readonly rules: ResponseRules | null;
}

/** The bytes of a local response to an HTTP/1.x client. */
export function formatLocalResponse(
  response: LocalResponse,
  { method, keepAlive, rules }: LocalClient,
): string {
  const { status } = response;
  const { fields, body } = localMessage(response, method, rules);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(keepAlive ? [] : ['Connection: close']),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
