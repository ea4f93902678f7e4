import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { load } from 'js-yaml';
import { install } from '../cluster/binaries/install.ts';
import { projectFolder } from '../cluster/paths.ts';
import { keptStatuses, kindOfStatus } from '../support/written-statuses.ts';
import { assess, customization, healthScript, wantedHealth } from './health.ts';
import type { Assessed, Health } from './health.ts';

/** `health_test.yaml`, as Argo CD's own tests read it. */
interface HealthTests {
  readonly tests: readonly { readonly healthStatus: Health; readonly inputPath: string }[];
}

const { tests } = load(readFileSync(join(customization, 'health_test.yaml'), 'utf8')) as HealthTests;

const read = (path: string) => load(readFileSync(join(customization, path), 'utf8')) as Assessed;

/** Argo CD is built at the first time. */
beforeAll(async () => install(['argocd']), 1_800_000);

jest.setTimeout(120_000);

describe('the health check for Argo CD', () => {
  it.each(tests)('makes $healthStatus.status of $inputPath', async ({ inputPath, healthStatus }) => {
    const proxy = read(inputPath);

    expect(await assess(proxy)).toEqual(healthStatus);
    expect([healthStatus, healthStatus.status]).toContainEqual(wantedHealth(proxy));
  });

  it('has a test for every file of test data', () => {
    const files = readdirSync(join(customization, 'testdata')).map((file) => `testdata/${file}`);

    expect(tests.map(({ inputPath }) => inputPath).toSorted()).toEqual(files.toSorted());
  });

  it('tells its three states by test data', () => {
    expect(new Set(tests.map(({ healthStatus }) => healthStatus.status))).toEqual(
      new Set(['Degraded', 'Healthy', 'Progressing']),
    );
  });

  it('is what the how-to shows', () => {
    const howTo = readFileSync(join(projectFolder, 'docs/how-to/argocd.md'), 'utf8');
    const indented = healthScript()
      .trimEnd()
      .replaceAll(/^(?=.)/gm, '      ');

    expect(howTo).toContain(indented);
  });

  // Those of earlier runs of the integration and e2e tests in this checkout; in a fresh one there are none.
  const kept = ['control-plane', 'cluster'].flatMap(keptStatuses);
  it(`makes of all ${kept.length} kinds of status that other tests have produced what their conditions mean`, async () => {
    for (const proxy of kept) {
      const health = await assess(proxy);
      const wanted = wantedHealth(proxy);
      const found = wanted === 'Progressing' ? health.status : health;

      expect([kindOfStatus(proxy), found]).toEqual([kindOfStatus(proxy), wanted]);
    }
  });
});
