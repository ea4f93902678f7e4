import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { smugglingMutations } from '../mutations/mutations.ts';
import type { Corpus, Verdict } from '../verdict.ts';
import type { Http1Case } from './case.ts';

/** Latin-1, or parts of it, of which some are there many times. */
type Raw = string | readonly (string | readonly [text: string, times: number])[];

type StoredCase = Verdict & ({ readonly raw: Raw } | { readonly raw_base64: string });

const OWN = fileURLToPath(new URL('requests.json', import.meta.url));

/** Larger corpora that are kept outside the repository, for those who have them. */
const EXTERNAL =
  process.env['HTTP_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/conformance', import.meta.url));

export function http1Corpora(): readonly Corpus<Http1Case>[] {
  return [
    { name: 'requests', cases: loadCases(OWN) },
    { name: 'mutations', cases: smugglingMutations() },
    ...externalCorpora(),
  ];
}

function externalCorpora(): readonly Corpus<Http1Case>[] {
  const files = existsSync(EXTERNAL) ? readdirSync(EXTERNAL) : [];
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ name: file.replace(/\.json$/, ''), cases: loadCases(join(EXTERNAL, file)) }));
}

function loadCases(path: string): readonly Http1Case[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as readonly StoredCase[]).map(decode);
}

function decode(stored: StoredCase): Http1Case {
  const raw =
    'raw' in stored ? Buffer.from(unfold(stored.raw), 'latin1') : Buffer.from(stored.raw_base64, 'base64');
  return { ...stored, raw };
}

function unfold(raw: Raw): string {
  return typeof raw === 'string'
    ? raw
    : raw.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');
}
