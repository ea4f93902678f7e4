/** Core of the proxy under measurement, all its processes and threads included. */
export const PROXY_CORE = 0;
/** Core of the load tools and of the servers behind the proxy. */
export const LOAD_CORE = 1;

/** A command that runs on one core, as do its children. */
export function onCore(
  core: number,
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  return { command: 'taskset', args: ['--cpu-list', String(core), command, ...args] };
}
