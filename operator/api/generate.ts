/** Writes the files that are made from operator/api: the CRD, the chart's copy of it, and the reference. `make generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

for (const [path, content] of generatedFiles()) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, content);
  console.log(`wrote ${path}`);
}
