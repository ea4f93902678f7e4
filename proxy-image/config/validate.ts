import type { ConfigError } from './status.ts';
import type { ProxyConfig } from './types.ts';
import type { Place } from './validation/decoder.ts';
import { checkReferences } from './validation/references.ts';
import { proxyConfig } from './validation/structure.ts';

export type Validation =
  | { readonly ok: true; readonly config: ProxyConfig }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** Checks a document as a whole and lists everything that is wrong with it, each with its place. */
export function validateConfig(document: unknown): Validation {
  const place: Place = { path: '', errors: [] };
  const draft = proxyConfig.decode(document, place);
  if (draft !== undefined) {
    checkReferences(draft, place);
  }
  // A draft without errors is complete.
  return place.errors.length === 0
    ? { ok: true, config: draft as ProxyConfig }
    : { ok: false, errors: place.errors };
}

/** The same for the text of a file. */
export function parseConfig(text: string): Validation {
  try {
    return validateConfig(JSON.parse(text));
  } catch (error) {
    return { ok: false, errors: [{ path: '', message: `is not JSON: ${(error as Error).message}` }] };
  }
}
