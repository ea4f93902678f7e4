const heartbeatMs = 15_000;

/**
 * Runs `work` and prints a line when it begins and when it ends, with the time it took, and one every 15 s in between, so that
 * long work never looks hung.
 *
 * @param detail what the heartbeat adds, for example how far the work is
 */
export async function step<T>(
  title: string,
  work: () => Promise<T>,
  detail: () => string = () => '',
): Promise<T> {
  const start = performance.now();
  const elapsed = () => formatDuration(performance.now() - start);
  print(`${title} ...`);
  const heartbeat = setInterval(
    () => print([`${title} ... ${elapsed()}`, detail()].filter(Boolean).join(', ')),
    heartbeatMs,
  );

  try {
    const result = await work();
    print(`${title}: done in ${elapsed()}`);
    return result;
  } catch (error) {
    print(`${title}: FAILED after ${elapsed()}`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Prints a line of progress. On standard error: standard output is for results such as the path of a kubeconfig. */
export function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A duration for people: `4.2 s`, `3 min 07 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
