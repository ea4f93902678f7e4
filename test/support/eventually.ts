import { untilReady } from '../cluster/process/ready.ts';

const timeoutMs = 30_000;

/**
 * Looks until there is something to be found, and gives it. A look that fails counts as one that finds nothing.
 *
 * @param what what is looked for, for the message
 * @throws if it is not found in half a minute
 */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  let found: T | undefined;
  const check = async () => {
    found = await look();
    return found === undefined ? 'it is not there' : undefined;
  };
  await untilReady({ what, check, timeoutMs });
  return found as T;
}
