import { describe, expect, it } from '@jest/globals';
import { bundledPackages } from './licences.ts';

describe('bundledPackages', () => {
  it('gives each package once, scoped and nested ones too, and not our own files', () => {
    const inputs = {
      'operator/main.ts': {},
      'node_modules/pino/pino.js': {},
      'node_modules/pino/lib/proto.js': {},
      'node_modules/@kubernetes/client-node/dist/index.js': {},
      'node_modules/@kubernetes/client-node/node_modules/js-yaml/index.mjs': {},
    };

    const packages = bundledPackages({ inputs });

    expect(packages).toEqual([
      'node_modules/@kubernetes/client-node',
      'node_modules/@kubernetes/client-node/node_modules/js-yaml',
      'node_modules/pino',
    ]);
  });
});
