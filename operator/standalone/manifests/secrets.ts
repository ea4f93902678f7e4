import type { SecretData } from '../../reconcile/plan/types.ts';
import { isObject } from './documents.ts';
import type { ManifestDocument } from './documents.ts';
import type { ManifestError } from './errors.ts';

export type SecretResult =
  | { readonly ok: true; readonly data: SecretData }
  | { readonly ok: false; readonly errors: readonly ManifestError[] };

/** Base64 as the API server takes it: the standard alphabet with padding; line ends are passed over. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Decodes `data` and `stringData` of a Secret (v1); where both have a key, `stringData` wins, as in the API server. */
export function decodeSecret({ file, document, value }: ManifestDocument): SecretResult {
  const data = new Map<string, Buffer>();
  const errors: ManifestError[] = [];
  const refuse = (path: string, message: string): void => void errors.push({ file, document, path, message });
  for (const [key, encoded] of entries('data', value['data'], refuse)) {
    const base64 = encoded.replace(/[\r\n]/g, '');
    if (BASE64.test(base64)) data.set(key, Buffer.from(base64, 'base64'));
    else refuse(`data[${key}]`, 'is not base64; encode it, or put plain text under stringData instead');
  }
  for (const [key, text] of entries('stringData', value['stringData'], refuse))
    data.set(key, Buffer.from(text, 'utf8'));
  return errors.length === 0 ? { ok: true, data } : { ok: false, errors };
}

function entries(
  field: string,
  value: unknown,
  refuse: (path: string, message: string) => void,
): readonly [string, string][] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) {
    refuse(field, 'must be a mapping of keys to strings');
    return [];
  }
  return Object.entries(value).flatMap(([key, entry]): [string, string][] => {
    if (typeof entry === 'string') return [[key, entry]];
    refuse(
      `${field}[${key}]`,
      `must be a string, not ${entry === null ? 'null' : typeof entry}; put it in quotes`,
    );
    return [];
  });
}
