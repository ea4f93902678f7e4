import { STATUS_CODES } from 'node:http';

/** A response that the proxy gives itself. */
export interface LocalResponse {
  readonly status: number;
  /** Plain text; empty for none. */
  readonly text: string;
  readonly location?: string;
}

/** The bytes of a local response; the answer to HEAD has no body, but says how long it would be (RFC 9110 section 9.3.2). */
export function formatLocalResponse(response: LocalResponse, method: string, keepAlive: boolean): string {
  const { status, text, location } = response;
  const body = text === '' ? '' : `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Date: ${new Date().toUTCString()}`,
    ...(location === undefined ? [] : [`Location: ${location}`]),
    ...(body === '' ? [] : ['Content-Type: text/plain; charset=utf-8']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...(keepAlive ? [] : ['Connection: close']),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`;
}
