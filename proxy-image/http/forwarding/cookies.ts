import type { ForwardConfig } from '../../config/types.ts';

/** Where a cookie's own target is to be found. */
export interface CookiePlace {
  /** Path below which the target is, as the client wrote it. */
  readonly base: string;
  /** Path at the target. */
  readonly path: string;
  readonly sameSite: ForwardConfig['sameSite'];
}

/**
 * A Set-Cookie value of a target as the client gets it: browsers send the cookie to the proxy in requests for this target alone, whatever the
 * target says of path and domain (RFC 6265 section 5.2).
 */
export function confinedCookie(value: string, { base, path, sameSite }: CookiePlace): string {
  const [pair = '', ...attributes] = value.split(';');
  const named = attributes.map((attribute) => ({ attribute: attribute.trim(), name: nameOf(attribute) }));
  const given = named.findLast(({ name }) => name === 'path')?.attribute.replace(/^[^=]*=?\s*/, '');
  const within = given?.startsWith('/') === true ? given : defaultPath(path);
  const kept = named.filter(
    ({ name }) => !DROPPED.has(name) && !(sameSite !== undefined && name === 'samesite'),
  );
  const secures = sameSite === 'None' && !kept.some(({ name }) => name === 'secure');
  return [
    pair.trim(),
    ...kept.map(({ attribute }) => attribute).filter((attribute) => attribute !== ''),
    `Path=${base}${within === '/' ? '' : within}`,
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`]),
    ...(secures ? ['Secure'] : []),
  ].join('; ');
}

const DROPPED: ReadonlySet<string> = new Set(['path', 'domain']);

function nameOf(attribute: string): string {
  return (attribute.split('=', 1)[0] ?? '').trim().toLowerCase();
}

/** RFC 6265 section 5.1.4. */
function defaultPath(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
