/**
 * One path as servers may read it. RFC 3986 leaves them room: some take `%2F` for a slash or collapse `//`, others do not. A request is
 * routed only when both ways of reading lead to the same place, so that what the proxy matched is what the server serves.
 */
export interface PathReadings {
  /** Percent-encoding undone, except for slashes and backslashes; path parameters (`;...`) left out, as servlet containers do. */
  readonly literal: string;
  /** The same with encoded slashes and backslashes as slashes, and with empty segments left out. Starts with one slash. */
  readonly lenient: string;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** False when something in it makes the slow way necessary: one of `%`, `;` and `\\`, or a slash or a dot behind a slash. */
function isPlain(path: string): boolean {
  let before = 0;
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at);
    if (code === 0x25 || code === 0x3b || code === 0x5c) {
      return false;
    }
    if (before === SLASH && (code === SLASH || code === DOT)) {
      return false;
    }
    before = code;
  }
  return true;
}

/** Null for a path that no request should have: see `isSound`. `path` begins with a slash and has no query. */
export function readPath(path: string): PathReadings | null {
  if (isPlain(path)) {
    return { literal: path, lenient: path };
  }
  const segments = path.slice(1).split('/').map(withoutParameters);
  const decoded = segments.map(decode);
  if (path.includes('\\') || !decoded.every(isSound)) {
    return null;
  }
  return {
    literal: `/${segments.map(decodeExceptSlashes).join('/')}`,
    lenient: `/${decoded
      .flatMap(splitAtSlashes)
      .filter((segment) => segment !== '')
      .join('/')}`,
  };
}

/** A configured path in the form that requests are brought to. */
export function literalPath(path: string): string {
  return readPath(path)?.literal ?? path;
}

/**
 * A decoded segment is sound when all its percent signs stood for something, it holds no control character, and nothing in it is a dot
 * segment, whether slashes were encoded or the whole was encoded twice: such a path has no honest use.
 */
function isSound(segment: string | null): segment is string {
  if (segment === null || hasControl(segment)) {
    return false;
  }
  const twice = decode(segment) ?? segment;
  return [segment, twice]
    .flatMap(splitAtSlashes)
    .map(withoutParameters)
    .every((part) => part !== '.' && part !== '..');
}

function withoutParameters(segment: string): string {
  const semicolon = segment.indexOf(';');
  return semicolon === -1 ? segment : segment.slice(0, semicolon);
}

function splitAtSlashes(text: string): readonly string[] {
  return text.split(/[/\\]/);
}

/** Bytes as Latin-1 characters; null when a `%` is not followed by two hexadecimal digits. */
function decode(text: string): string | null {
  return /%(?![0-9A-Fa-f]{2})/.test(text)
    ? null
    : text.replaceAll(/%(..)/g, (_, hex: string) => character(hex));
}

function decodeExceptSlashes(text: string): string {
  return text.replaceAll(/%(..)/g, (escape, hex: string) =>
    /2f|5c/i.test(hex) ? escape.toUpperCase() : character(hex),
  );
}

function character(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) {
      return true;
    }
  }
  return false;
}
