import { describe, expect, it, jest } from '@jest/globals';
import { exampleNames, examplePath } from './support/examples.ts';
import { kube } from './support/kube.ts';

jest.setTimeout(60_000);

describe('examples', () => {
  it.each(exampleNames())('%s is taken by the API server as it is', async (name) => {
    const answer = await kube('apply', '--dry-run=server', '--filename', examplePath(name));

    expect(answer).toMatch(/^teamworkproxy\.teamworkproxy\.io\/\S+ created \(server dry run\)/m);
  });
});
