/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * The command under which the kernel kills a program when this process dies, however it dies: a crashed or killed test run leaves nothing
 * running. Elsewhere than on Linux, which alone knows that, the program as it is.
 */
export function bound(command: Command): Command {
  // PR_SET_PDEATHSIG survives the exec that follows, so the child's pid is the program's own.
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...command] : command;
}
