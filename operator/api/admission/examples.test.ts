import { describe, expect, it } from '@jest/globals';
import { exampleManifests } from '../../../test/support/admission/examples.ts';
import { expand } from '../presets/expand.ts';
import { admit } from './admit.ts';

describe('examples', () => {
  it.each(exampleManifests())('$file is admitted', ({ document }) => {
    const admission = admit(document);

    expect(admission).toMatchObject({ ok: true });
  });

  it.each([
    ['teamwork-cloud-layer7.yaml', ['web', 'client', 'license']],
    ['teamwork-cloud-layer4.yaml', ['webapp', 'rest', 'client', 'license']],
    ['explicit.yaml', ['database', 'queue', 'web', 'plain']],
  ])('%s makes the flows that it tells of', (file, flows) => {
    const admission = admit(exampleManifests().find((example) => example.file === file)?.document);

    expect(admission).toMatchObject({ ok: true });
    expect(admission.ok && expand(admission.resource.spec).frontends.map(({ name }) => name)).toEqual(flows);
  });

  it('have different names, so that the folder can be applied as a whole', () => {
    const names = exampleManifests().map(({ document }) => document.metadata.name);

    expect(new Set(names).size).toBe(names.length);
  });
});
