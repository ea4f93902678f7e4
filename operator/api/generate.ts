/** Writes the files that are made from operator/api: the CRD, and the chart's copy of it. `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump } from 'js-yaml';
import { customResourceDefinition } from './crd.ts';

const HEADER = '# Generated from operator/api by `make generate`; edit it there.\n';
const TARGETS = ['crds/teamworkproxies.yaml', 'charts/teamwork-proxy-operator/files/teamworkproxies.yaml'];

const root = fileURLToPath(new URL('../../', import.meta.url));
const yaml = HEADER + dump(customResourceDefinition(), { noRefs: true, lineWidth: 120 });
for (const target of TARGETS) {
  mkdirSync(dirname(root + target), { recursive: true });
  writeFileSync(root + target, yaml);
  console.log(`wrote ${target}`);
}
