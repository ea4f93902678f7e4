import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One raw request, or several in a row, and what a proxy has to make of it. */
export interface Case {
  readonly id: string;
  readonly must: 'reject' | 'accept' | 'either';
  /** Where the fault lies, with `reject`. */
  readonly at?: 'head' | 'body' | 'incomplete';
  /** Complete requests that may reach a server; with `accept` exactly so many. */
  readonly messages: number;
  readonly why: string;
  readonly raw: Buffer;
}

export interface Corpus {
  readonly name: string;
  readonly cases: readonly Case[];
}

type StoredCase = Omit<Case, 'raw'> & ({ readonly raw: string } | { readonly raw_base64: string });

const OWN = fileURLToPath(new URL('corpus', import.meta.url));

/** Larger corpora that are kept outside the repository, for those who have them. */
const EXTERNAL =
  process.env['HTTP_CORPUS'] ?? fileURLToPath(new URL('../../../shared/conformance', import.meta.url));

export function loadCorpora(): readonly Corpus[] {
  return [OWN, EXTERNAL].filter((folder) => existsSync(folder)).flatMap(loadFolder);
}

function loadFolder(folder: string): readonly Corpus[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      cases: (JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly StoredCase[]).map(decode),
    }));
}

function decode(stored: StoredCase): Case {
  const raw = 'raw' in stored ? Buffer.from(stored.raw, 'latin1') : Buffer.from(stored.raw_base64, 'base64');
  return { ...stored, raw };
}
