import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpsProxy, type HttpsProxy } from '../support/http2/https-proxy.ts';
import { expectationOf as http1Expectation } from './http1/case.ts';
import { http1Corpora } from './http1/corpora.ts';
import { observeHttp1 } from './http1/observe.ts';
import { expectationOf as http2Expectation } from './http2/case.ts';
import { http2Corpora } from './http2/corpora.ts';
import { observeHttp2 } from './http2/observe.ts';
import { judge, type Observation } from './judge.ts';
import { count, writeReport, type CaseFinding, type Tally } from './tally.ts';
import type { Corpus, Expectation, Verdict } from './verdict.ts';

/** Each case is sent whole, and in pieces so small that every token is cut somewhere. */
const PIECES = [
  { how: 'whole', size: undefined },
  { how: 'in pieces of 7 bytes', size: 7 },
] as const;

const HTTP1 = http1Corpora();
const HTTP2 = http2Corpora(HTTP1);

const tallies: Tally[] = [];
let proxy: HttpsProxy;

beforeAll(async () => {
  proxy = await startHttpsProxy();
});

afterAll(async () => {
  await proxy.close();
  writeReport('conformance', tallies);
  for (const { corpus, how, cases, ...findings } of tallies) {
    const list = Object.entries(findings).map(([name, number]) => `${name} ${number}`);
    process.stdout.write(`${corpus}, ${how}: ${cases} cases, ${list.join(', ')}\n`);
  }
});

describe('requests to the HTTP/1.1 listener', () => {
  describe.each(HTTP1.map((corpus) => [corpus.name, corpus] as const))('%s', (_name, corpus) => {
    it.each(PIECES)(
      '$how',
      async ({ how, size }) => {
        const findings = await findingsIn(corpus, http1Expectation, async (testCase) =>
          observeHttp1(proxy.http, proxy.upstream, testCase, size),
        );

        tallies.push(count(corpus, how, findings));
        expect(findings).toEqual([]);
      },
      240_000,
    );
  });
});

describe('requests in HTTP/2 to the HTTPS listener', () => {
  describe.each(HTTP2.map((corpus) => [corpus.name, corpus] as const))('%s', (_name, corpus) => {
    it.each(PIECES)(
      '$how',
      async ({ how, size }) => {
        const findings = await findingsIn(corpus, http2Expectation, async (testCase) =>
          observeHttp2(proxy, testCase, size),
        );

        tallies.push(count(corpus, how, findings));
        expect(findings).toEqual([]);
      },
      240_000,
    );
  });
});

async function findingsIn<C extends Verdict>(
  { cases }: Corpus<C>,
  expectationOf: (testCase: C) => Expectation,
  observe: (testCase: C) => Promise<Observation>,
): Promise<readonly CaseFinding[]> {
  const findings: CaseFinding[] = [];
  for (const testCase of cases) {
    const { id, why } = testCase;
    const found = judge(expectationOf(testCase), await observe(testCase));
    findings.push(...found.map((finding) => ({ id, why, finding })));
  }
  return findings;
}
