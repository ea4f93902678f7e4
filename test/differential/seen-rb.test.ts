import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { describeWith } from '../support/describe-with.ts';
import { program, RUBY } from './origins/scripts.ts';

describeWith({ name: "Debian's ruby", isInstalled: existsSync(RUBY) }, 'the Ruby applications', () => {
  it('have the digest before the first request, as two threads that load it at the same time can break it', () => {
    const loaded = execFileSync(RUBY, [
      '-r',
      program('seen.rb'),
      '-e',
      'print Digest.const_defined?(:SHA256)',
    ]);

    expect(loaded.toString()).toBe('true');
  });
});
