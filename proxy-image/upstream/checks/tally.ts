import type { HealthCheckConfig } from '../../config/types.ts';
import type { CheckVerdict } from './types.ts';

type Thresholds = Pick<HealthCheckConfig, 'healthyThreshold' | 'unhealthyThreshold'>;

/** Makes a verdict of the results of one server's checks. */
export class CheckTally {
  #verdict: CheckVerdict | undefined;
  /** Results in a row that speak against the verdict. */
  #against = 0;

  /** Undefined before the first result. */
  get verdict(): CheckVerdict | undefined {
    return this.#verdict;
  }

  /** Takes the next result; true when the verdict, or the reason for it, is another one now. */
  record(result: CheckVerdict, thresholds: Thresholds): boolean {
    const verdict = this.#verdict;
    if (verdict === undefined) {
      this.#verdict = result;
      return true;
    }
    if (result.up === verdict.up) {
      this.#against = 0;
      this.#verdict = result;
      return !result.up && !verdict.up && result.message !== verdict.message;
    }
    this.#against += 1;
    if (this.#against < (result.up ? thresholds.healthyThreshold : thresholds.unhealthyThreshold)) {
      return false;
    }
    this.#against = 0;
    this.#verdict = result;
    return true;
  }
}
