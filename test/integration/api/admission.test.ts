import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { admit } from '../../../operator/api/admission/admit.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { exampleManifests } from '../../support/admission/examples.ts';
import { invalidByRule } from '../../support/admission/invalid-rules.ts';
import { invalidByStructure } from '../../support/admission/invalid-structure.ts';
import { mutate, seededRandom } from '../../support/admission/mutations.ts';
import { validCases } from '../../support/admission/valid.ts';
import { serveResource } from './api-server.ts';
import type { ApiServer } from './api-server.ts';

let controlPlane: ControlPlane;
let apiServer: ApiServer;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  apiServer = await serveResource(controlPlane);
}, 120_000);

afterAll(async () => {
  apiServer.close();
  await controlPlane.stop();
});

describe('the API server and admit()', () => {
  it.each(validCases)('admit $desc, with the same defaults', async ({ document }) => {
    const theirs = await apiServer.admit(document);
    const ours = admit(document);

    expect(theirs).toEqual({ ok: true, spec: expect.anything() });
    expect(theirs).toHaveProperty(
      'spec',
      ours.ok ? JSON.parse(JSON.stringify(ours.resource.spec)) : undefined,
    );
  });

  it.each(exampleManifests())('admit the example $file', async ({ document }) => {
    const theirs = await apiServer.admit(document);

    expect(theirs).toMatchObject({ ok: true });
  });

  it.each(invalidByStructure)('refuse $desc at the same field', async ({ document, wantErrors }) => {
    const theirs = await apiServer.admit(document);

    expect(theirs).toMatchObject({ ok: false, fields: wantErrors.map(({ path }) => path).sort() });
  });

  it.each(invalidByRule)('refuse $desc with the same message', async ({ document, wantErrors }) => {
    const theirs = await apiServer.admit(document);

    expect(theirs).toMatchObject({ ok: false, fields: wantErrors.map(({ path }) => path) });
    for (const { says } of wantErrors)
      expect(theirs).toHaveProperty('message', expect.stringContaining(says));
  });

  it('agree on manifests that were changed at random', async () => {
    const random = seededRandom(20_260_801);
    const disagreements: unknown[] = [];

    for (let round = 0; round < 400; round += 1) {
      const document = mutatedManifest(random);
      const theirs = await apiServer.admit(document);
      const ours = admit(document);
      if (theirs.ok !== ours.ok) disagreements.push({ document, theirs, ours });
    }

    expect(disagreements).toEqual([]);
  }, 60_000);
});

/** A valid manifest with one or two random changes of its specification, as JSON would carry it. */
function mutatedManifest(random: ReturnType<typeof seededRandom>): unknown {
  const { document } = validCases[random(validCases.length)] ?? { document: {} };
  const { spec, ...rest } = document as { readonly spec?: unknown };
  const once = mutate(spec, random);
  const changed = random(3) === 0 ? mutate(once, random) : once;
  return JSON.parse(JSON.stringify({ ...rest, spec: changed }));
}
