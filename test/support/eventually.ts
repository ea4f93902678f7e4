import { untilReady } from '../cluster/process/ready.ts';

const TIMEOUT_MS = 30_000;

/**
 * Looks until there is something to be found, and gives it. A look that fails counts as one that finds nothing.
 *
 * @param what what is looked for, for the message
 * @param timeoutMs how long it may take; half a minute if left out
 * @throws if it is not found in that time
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  let found: T | undefined;
  const check = async () => {
    found = await look();
    return found === undefined ? 'it is not there' : undefined;
  };
  await untilReady({ what, check, timeoutMs });
  return found as T;
}
