import type { ForwardConfig, ForwardCookies } from '../../config/types.ts';

/** Where a cookie's own target is to be found. */
export interface CookiePlace {
  /** Path below which the target is, as the client wrote it. */
  readonly base: string;
  /** Path at the target. */
  readonly path: string;
  readonly cookies: ForwardConfig['cookies'];
}

/**
 * A Set-Cookie value of a target as the client gets it: browsers send the cookie to the proxy in requests for this target alone, whatever the
 * target says of path and domain (RFC 6265 section 5.2).
 */
export function confinedCookie(value: string, { base, path, cookies }: CookiePlace): string {
  const [pair = '', ...attributes] = value.split(';');
  const named = attributes.map((attribute) => ({ attribute: attribute.trim(), name: nameOf(attribute) }));
  const given = named.findLast(({ name }) => name === 'path')?.attribute.replace(/^[^=]*=?\s*/, '');
  const within = given?.startsWith('/') === true ? given : defaultPath(path);
  const set = cookies === undefined ? [] : attributesOf(cookies);
  const dropped = new Set([...DROPPED, ...set.map(nameOf)]);
  const kept = named.filter(({ attribute, name }) => attribute !== '' && !dropped.has(name));
  return [
    pair.trim(),
    ...kept.map(({ attribute }) => attribute),
    `Path=${base}${within === '/' ? '' : within}`,
    ...set,
  ].join('; ');
}

const DROPPED = ['path', 'domain'];

function attributesOf({ sameSite, partitioned }: ForwardCookies): readonly string[] {
  return [
    `SameSite=${sameSite}`,
    ...(sameSite === 'None' ? ['Secure'] : []),
    ...(partitioned ? ['Partitioned'] : []),
  ];
}

function nameOf(attribute: string): string {
  return (attribute.split('=', 1)[0] ?? '').trim().toLowerCase();
}

/** RFC 6265 section 5.1.4. */
function defaultPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
