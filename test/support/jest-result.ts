/** What Jest says of a run with `--json`, as far as it is looked at. */
export interface JestResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

export interface Verdict {
  /** The last line of a run, such as `12 passed, 0 failed, 1 skipped`. */
  readonly line: string;
  readonly failed: number;
  /** Full names of the tests that were skipped though none may be. */
  readonly skipped: readonly string[];
}

/** Where no test may be skipped, one that was counts as failed: what it needs was to be installed. */
export function judge(result: JestResult, mayBeSkipped: boolean): Verdict {
  const pending = result.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'pending')
    .map(({ fullName }) => fullName);
  const skipped = mayBeSkipped ? [] : pending;
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + skipped.length;
  const rest = result.numPendingTests === 0 ? '' : `, ${result.numPendingTests} skipped`;
  return { line: `${result.numPassedTests} passed, ${failed} failed${rest}`, failed, skipped };
}
