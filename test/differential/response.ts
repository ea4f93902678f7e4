import type { Sighting } from './origins/types.ts';

/** What a server answered. */
export interface OriginResponse {
  readonly status: number;
  /** How it read the request; null when it was not asked, as the server refused the request by itself. */
  readonly seen: Sighting | null;
  /** It takes no further request on this connection. */
  readonly closes: boolean;
}

/** Reads the response at the beginning of what came back, Latin-1; null while it is not complete. `ended`: no more will come. */
export function readResponse(text: string, method: string, ended: boolean): OriginResponse | null {
  const headEnd = text.indexOf('\r\n\r\n');
  const head = text.slice(0, headEnd + 2);
  const [, minor, status] = /^HTTP\/1\.([01]) ([0-9]{3})/.exec(head) ?? [];
  if (headEnd === -1 || status === undefined) {
    return null;
  }
  const complete = isComplete(head, text.slice(headEnd + 4), method);
  if (!complete && !ended) {
    return null;
  }
  const seen = /\r\nX-Seen: *([^\r]+)\r\n/i.exec(head)?.[1];
  return {
    status: Number(status),
    seen: seen === undefined ? null : (JSON.parse(seen) as Sighting),
    closes: ended || minor === '0' || /\r\nConnection: *close\r\n/i.test(head),
  };
}

function isComplete(head: string, body: string, method: string): boolean {
  if (method === 'HEAD' || /^.{8} (?:1..|204|304) /.test(head)) {
    return true;
  }
  const length = /\r\nContent-Length: *([0-9]+)\r\n/i.exec(head)?.[1];
  if (length !== undefined) {
    return body.length >= Number(length);
  }
  // What the servers say of themselves holds no such line.
  return /\r\nTransfer-Encoding: *chunked\r\n/i.test(head) && /(?:^|\r\n)0\r\n\r\n$/.test(body);
}
