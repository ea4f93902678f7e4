import type { CheckedServer, CheckVerdict } from './types.ts';

/** The newest verdicts of health checks, as they were told to this process. */
export class CheckBoard {
  /** Rises with every change. */
  version = 0;
  #verdicts: ReadonlyMap<string, CheckVerdict> = new Map();

  /** Takes all verdicts in place of those before. */
  update(checked: readonly CheckedServer[]): void {
    this.#verdicts = new Map(
      checked.map(({ backend, server, address, verdict }) => [keyOf(backend, server, address), verdict]),
    );
    this.version += 1;
  }

  /** Undefined for a server that has not been checked yet, or is not checked at all. */
  verdict(backend: string, server: string, address: string): CheckVerdict | undefined {
    return this.#verdicts.get(keyOf(backend, server, address));
  }
}

function keyOf(backend: string, server: string, address: string): string {
  return `${backend} ${server} ${address}`;
}
