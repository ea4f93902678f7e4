import type { StickyCookieConfig } from '../config/types.ts';
import type { FieldSection } from './http1/fields.ts';
import { equalsWord } from './http1/tokens.ts';

const COOKIE = Buffer.from('cookie');

/** The value of the first cookie with this name (RFC 6265 section 5.4); null when the request has none. */
export function cookieValue(fields: FieldSection, bytes: Buffer, name: string): string | null {
  const prefix = `${name}=`;
  for (let index = 0; index < fields.count; index += 1) {
    if (equalsWord(bytes, fields.lineStarts[index] ?? 0, fields.nameEnds[index] ?? 0, COOKIE)) {
      const pairs = fields.value(bytes, index).split(';');
      const pair = pairs.map((text) => text.trim()).find((text) => text.startsWith(prefix));
      if (pair !== undefined) {
        return pair.slice(prefix.length);
      }
    }
  }
  return null;
}

/**
 * The value of a Set-Cookie field (RFC 6265 section 4.1) for a cookie that lives as long as the browser runs and that no script can read.
 *
 * @param secure the client has come over TLS
 */
export function setCookie({ name, sameSite }: StickyCookieConfig, token: string, secure: boolean): string {
  return `${name}=${token}; Path=/; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`;
}
