/** How much the operator's process has on its heap. */
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.ts';
import type { Run } from './run.ts';
import { OUR_COMMAND, type Subject, processSubject } from './subject.ts';

const REPORTER = fileURLToPath(new URL('heap-reporter.ts', import.meta.url));

/** Our operator as a process that tells at SIGUSR2 what its heap has after a collection. */
export function heapReportingProcess(): Subject {
  const [program, ...args] = OUR_COMMAND;
  return processSubject({
    name: 'teamwork-proxy-operator (process that reports its heap)',
    command: [program, '--expose-gc', '--import', REPORTER, ...args],
  });
}

/**
 * Bytes in use after a collection.
 *
 * @param nth how many times it will have been asked with this, from 1
 */
export async function heapOf(run: Run, nth: number): Promise<number> {
  run.signal('SIGUSR2');
  const pattern = new RegExp(`^heap ${nth} (\\d+)$`);
  return eventually('a report of the heap', async () => {
    const found = run.output.map((line) => pattern.exec(line)?.[1]).find((bytes) => bytes !== undefined);
    return found === undefined ? undefined : Number(found);
  });
}
