import { describe, expect, it } from '@jest/globals';
import { exampleManifests } from '../../test/support/admission/examples.ts';
import { admit } from '../api/admission/admit.ts';
import { teamOneManifest } from '../import/manifest.ts';
import { parseDocuments } from '../standalone/manifests/documents.ts';
import { reservedNames } from './reserved-names.ts';

function findings(document: unknown): readonly string[] {
  const admission = admit(document);
  if (!admission.ok) throw new Error('the manifest is refused');
  return reservedNames(admission.resource).map(({ path }) => path);
}

function imported(secret: string): unknown {
  const settings = { allowedHosts: ['tm1.example.com'], oauthAllowedHosts: [] };
  const choices = { name: 'teamone', hostname: 'teamone.example.com', secret, trustedSources: [] };
  return parseDocuments({ path: '', text: teamOneManifest(settings, choices) }).documents[0]?.value;
}

describe('a Secret by the name of the one that the operator makes', () => {
  it.each(exampleManifests())('is not what $file names', ({ document }) => {
    expect(findings(document)).toEqual([]);
  });

  it('is told of at what names it', () => {
    expect(findings(imported('teamone-tls'))).toEqual(['spec.certificates[public]']);
    expect(findings(imported('teamone-certificate'))).toEqual([]);
  });
});
