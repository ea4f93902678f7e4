import { describe } from '@jest/globals';

/** A program, or a right, that tests want to find on the host. */
export interface Tool {
  /** As it is called in the names of tests that are skipped without it. */
  readonly name: string;
  readonly isInstalled: boolean;
}

/** Describes what needs something of the host: where that is missing the tests are skipped, and their names say why. */
export function describeWith({ name, isInstalled }: Tool, title: string, tests: () => void): void {
  const suite = isInstalled ? describe : describe.skip;
  suite(isInstalled ? title : `${title} (skipped: without ${name})`, tests);
}
