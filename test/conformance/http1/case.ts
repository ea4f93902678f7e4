import { parseRequests } from '../../support/http/messages.ts';
import type { Expectation, Verdict } from '../verdict.ts';

/** One raw HTTP/1.1 request, or several in a row. */
export interface Http1Case extends Verdict {
  readonly raw: Buffer;
}

export function expectationOf(testCase: Http1Case): Expectation {
  const sent = testCase.must === 'accept' ? parseRequests(testCase.raw.toString('latin1')).requests : [];
  return { ...testCase, sent, ordered: true };
}
