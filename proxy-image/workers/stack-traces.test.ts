import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const MODULE = JSON.stringify(new URL('stack-traces.ts', import.meta.url).href);

/** Each in a process of its own, as it is for the whole process. */
function stackOf(failing: string, leaveOut: boolean): string {
  const program = `
    import net from 'node:net';
    import { leaveOutStacksOfSystemErrors } from ${MODULE};
    if (${leaveOut}) leaveOutStacksOfSystemErrors();
    ${failing}
  `;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}

describe('leaveOutStacksOfSystemErrors', () => {
  it('leaves nothing but the message of what a system call says', () => {
    const refused = "net.connect({ path: '/nowhere' }).on('error', ({ stack }) => console.log(stack))";

    expect(stackOf(refused, true)).toBe('Error: connect ENOENT /nowhere\n');
    expect(stackOf(refused, false)).toContain('    at ');
  });

  it('leaves the traces of all other errors as they are', () => {
    const broken =
      'function broken() { throw new TypeError("oh") } try { broken() } catch ({ stack }) { console.log(stack) }';

    const stack = stackOf(broken, true);

    expect(stack).toContain('TypeError: oh\n    at broken (');
    expect(stack).toBe(stackOf(broken, false));
  });
});
