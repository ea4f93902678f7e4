import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this file, `test/cluster`. */
export const sourceFolder = fileURLToPath(new URL('.', import.meta.url));

/** The root of the checkout. */
export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where binaries and running clusters live: `$TEAMWORK_PROXY_CACHE`, else `$XDG_CACHE_HOME/teamwork-proxy-operator`, else
 * `~/.cache/teamwork-proxy-operator`. Outside the checkout, so that a clean checkout does not cost a quarter of an hour.
 *
 * @throws if the variable that decides is not an absolute path
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['TEAMWORK_PROXY_CACHE']) {
    return absolute('TEAMWORK_PROXY_CACHE', env['TEAMWORK_PROXY_CACHE']);
  }

  const base = env['XDG_CACHE_HOME']
    ? absolute('XDG_CACHE_HOME', env['XDG_CACHE_HOME'])
    : join(homedir(), '.cache');
  return join(base, 'teamwork-proxy-operator');
}

function absolute(variable: string, path: string): string {
  if (!isAbsolute(path)) {
    throw new Error(`${variable} is "${path}", which is not an absolute path. Set it to one, or unset it.`);
  }
  return path;
}
