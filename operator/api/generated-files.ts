import { dump } from 'js-yaml';
import { customResourceDefinition, resourceSchema } from './crd.ts';
import { renderReference } from './reference.ts';

const HEADER = '# Generated from operator/api by `make generate`; edit it there.\n';

/** What every file that is made from operator/api has to hold, by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const crd = HEADER + dump(customResourceDefinition(), { noRefs: true, lineWidth: 120 });
  return new Map([
    ['crds/teamworkproxies.yaml', crd],
    ['charts/teamwork-proxy-operator/files/teamworkproxies.yaml', crd],
    ['docs/reference/teamworkproxy.md', renderReference(resourceSchema())],
  ]);
}
