import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from './generated-files.ts';

const root = new URL('../../', import.meta.url);

describe('generated files', () => {
  it.each([...generatedFiles()])(
    '%s is as operator/api has it; else run `make generate`',
    (path, content) => {
      const committed = readFileSync(new URL(path, root), 'utf8');

      expect(committed).toBe(content);
    },
  );
});
