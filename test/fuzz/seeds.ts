import { settings } from '../support/http2/frames.ts';
import { framesOf } from '../conformance/http2/case.ts';
import { http2Corpora } from '../conformance/http2/corpora.ts';
import type { Http1Case } from '../conformance/http1/case.ts';
import { http1Corpora } from '../conformance/http1/corpora.ts';

/** The cases of the conformance corpora that are not too long. */
export function http1Seeds(): readonly Buffer[] {
  return http1Corpora()
    .filter(({ name }) => name === 'requests')
    .flatMap(({ cases }) => cases.map(({ raw }: Http1Case) => raw))
    .filter(({ length }) => length < 2_048);
}

/** Frames of the HTTP/2 cases, behind the preface. */
export function http2Seeds(): readonly Buffer[] {
  return http2Corpora([])
    .flatMap(({ cases }) => cases.map((testCase) => Buffer.concat([settings(), ...framesOf(testCase)])))
    .filter(({ length }) => length < 2_048);
}
