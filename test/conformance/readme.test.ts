import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { http1Corpora } from './http1/corpora.ts';
import { http2Corpora } from './http2/corpora.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const table = text.slice(text.indexOf('| attack |'));
const proofs = table
  .split('\n')
  .flatMap((row) => [...(row.split(' | ')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, proof = '']) => proof));

const http1 = http1Corpora();
const ids = [...http1, ...http2Corpora(http1)].flatMap(({ cases }) => cases.map(({ id }) => id));

it.each(proofs)('the README points to something that is there: %s', (proof) => {
  const found =
    existsSync(`${root}/${proof}`) ||
    existsSync(`${root}/test/conformance/${proof}`) ||
    ids.some((id) => id.startsWith(proof));

  expect(found).toBe(true);
});
