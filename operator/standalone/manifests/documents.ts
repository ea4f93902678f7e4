import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';
import type { ManifestError } from './errors.ts';
import type { ManifestFile } from './files.ts';

/** One document of a manifest file. */
export interface ManifestDocument {
  readonly file: string;
  /** Number of the document in the file, from 1. */
  readonly document: number;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface Documents {
  readonly documents: readonly ManifestDocument[];
  readonly errors: readonly ManifestError[];
}

/** Merge keys (`<<`) are understood, as kubectl understands them. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** The documents of a YAML or JSON file; empty ones are passed over, and a `List` counts as the items in it. */
export function parseDocuments({ path: file, text }: ManifestFile): Documents {
  let values: readonly unknown[];
  try {
    values = loadAll(text, { schema: SCHEMA });
  } catch (error) {
    return { documents: [], errors: [{ file, document: null, path: '', message: describe(error) }] };
  }
  const documents: ManifestDocument[] = [];
  const errors: ManifestError[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null || value === undefined) continue;
    for (const item of listItems(value)) {
      if (isObject(item)) documents.push({ file, document: index + 1, value: item });
      else
        errors.push({
          file,
          document: index + 1,
          path: '',
          message: 'is not a Kubernetes object (a mapping with apiVersion and kind)',
        });
    }
  }
  return { documents, errors };
}

function listItems(value: unknown): readonly unknown[] {
  return isObject(value) && value['kind'] === 'List' && Array.isArray(value['items'])
    ? value['items']
    : [value];
}

/** Whether a value is a mapping. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(error: unknown): string {
  if (!(error instanceof YAMLException)) return `is not YAML: ${String(error)}`;
  const { reason, mark } = error;
  return mark === undefined
    ? `is not YAML: ${reason}`
    : `is not YAML: line ${mark.line + 1}, column ${mark.column + 1}: ${reason}`;
}
