/**
 * The files of the shared libraries, loader included, that `ldd` lists for a program.
 *
 * @throws if one of them is not on this host, with its name
 */
export function parseLdd(output: string): string[] {
  const files: string[] = [];
  for (const line of output.split('\n')) {
    const [, name, target] = /^\s*(\S+) => (\S+)/.exec(line) ?? [];
    if (target === 'not') {
      throw new Error(
        `the shared library ${name} is not installed on this host; install the package that has it`,
      );
    }
    const file = target ?? /^\s*(\/\S+) \(/.exec(line)?.[1];
    if (file !== undefined) files.push(file);
  }
  return files;
}
