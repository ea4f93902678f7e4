import { describe, expect, it } from '@jest/globals';
import { parseLdd } from './libraries.ts';

describe('parseLdd', () => {
  it('gives the libraries and the loader, but not what the kernel provides', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007fc46df03000)',
      '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fc46db20000)',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fc46d93e000)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007fc46df05000)',
      '',
    ].join('\n');

    const files = parseLdd(output);

    expect(files).toEqual([
      '/lib/x86_64-linux-gnu/libm.so.6',
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib64/ld-linux-x86-64.so.2',
    ]);
  });

  it('names a library that this host lacks', () => {
    const output = '\tlibatomic.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x00007fc46d93e000)\n';

    expect(() => parseLdd(output)).toThrow('libatomic.so.1 is not installed');
  });
});
