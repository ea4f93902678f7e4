import { TOKEN } from './tokens.ts';

/** What Connection fields say (RFC 9110 section 7.6.1). */
export interface ConnectionOptions {
  readonly close: boolean;
  readonly upgrade: boolean;
  /** Lower-case names of further fields that are for this hop alone. */
  readonly names: readonly string[];
}

export const NO_OPTIONS: ConnectionOptions = { close: false, upgrade: false, names: [] };

/** What nearly every message has. */
const COMMON = new Map<string, ConnectionOptions>([
  ['keep-alive', NO_OPTIONS],
  ['close', { ...NO_OPTIONS, close: true }],
]);

/** Without these a message could not be understood any more; whoever names them wants them out of the way. */
const NEEDED = new Set(['host', 'content-length', 'transfer-encoding']);

/** Adds one Connection field's value to what the ones before it said; null when it is no list of tokens, or names a field that it must not name. */
export function readConnection(value: string, before: ConnectionOptions): ConnectionOptions | null {
  return (before === NO_OPTIONS ? COMMON.get(value) : undefined) ?? readOptions(value, before);
}

function readOptions(value: string, before: ConnectionOptions): ConnectionOptions | null {
  let { close, upgrade } = before;
  const names = [...before.names];
  for (const element of value.toLowerCase().split(',')) {
    const option = element.replaceAll(/^[ \t]+|[ \t]+$/g, '');
    if (!isToken(option) || NEEDED.has(option)) {
      return null;
    }
    close ||= option === 'close';
    upgrade ||= option === 'upgrade';
    // Empty elements count for nothing (RFC 9110 section 5.6.1).
    if (option !== '' && option !== 'close' && option !== 'keep-alive' && option !== 'upgrade') {
      names.push(option);
    }
  }
  return { close, upgrade, names };
}

/** True for the empty string, too. */
function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (TOKEN[text.charCodeAt(i)] !== 1 && text[i] !== '_') {
      return false;
    }
  }
  return true;
}
