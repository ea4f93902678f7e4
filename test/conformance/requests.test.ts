import { mkdirSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseRequests } from '../support/http/messages.ts';
import { httpBackend, startHttpProxy, type HttpProxy } from '../support/http/proxy.ts';
import { connectRaw } from '../support/http/raw-client.ts';
import { startRecordingUpstream, type RecordingUpstream } from '../support/http/recording-upstream.ts';
import { loadCorpora, type Case, type Corpus } from './corpus.ts';
import { judge, type Finding, type Observation } from './judge.ts';

/** Each case is sent whole, and in pieces so small that every token is cut somewhere. */
const PIECES = [
  { how: 'whole', size: undefined },
  { how: 'in pieces of 7 bytes', size: 7 },
] as const;

type Tally = { readonly corpus: string; readonly how: string; readonly cases: number } & Record<
  Finding,
  number
>;

const tallies: Tally[] = [];

describe('requests to the HTTP/1.1 listener', () => {
  let upstream: RecordingUpstream;
  let proxy: HttpProxy;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    proxy = await startHttpProxy({ backends: [httpBackend([upstream.port])] });
  });

  afterAll(async () => {
    await proxy.close();
    await upstream.close();
    report();
  });

  describe.each(loadCorpora().map((corpus) => [corpus.name, corpus] as const))('%s', (_name, corpus) => {
    it.each(PIECES)(
      '$how',
      async ({ how, size }) => {
        const findings = await run(corpus, size);

        tallies.push(count(corpus, how, findings));
        expect(findings).toEqual([]);
      },
      120_000,
    );
  });

  async function run({ cases }: Corpus, size: number | undefined): Promise<readonly CaseFinding[]> {
    const findings: CaseFinding[] = [];
    for (const testCase of cases) {
      const observation = await observe(testCase, size);
      findings.push(
        ...judge(testCase, observation).map((finding) => ({ id: testCase.id, why: testCase.why, finding })),
      );
    }
    return findings;
  }

  async function observe({ raw }: Case, size: number | undefined): Promise<Observation> {
    upstream.reset();
    const client = await connectRaw(proxy.port);
    await client.send(raw, size);
    client.socket.end();
    const { received } = await client.closed();
    await brokenConnectionsEnded(upstream);
    return { response: received, requests: upstream.requests(), connections: upstream.connections() };
  }
});

interface CaseFinding {
  readonly id: string;
  readonly why: string;
  readonly finding: Finding;
}

/** Waits until every connection on which half a request has arrived is closed, or for so long that it will stay open. */
async function brokenConnectionsEnded(upstream: RecordingUpstream): Promise<void> {
  const giveUpAt = performance.now() + 2_000;
  // On loopback what was written has arrived; it is read within a turn or two of the event loop.
  for (let turns = 0; turns < 4 || (isWaiting(upstream) && performance.now() < giveUpAt); turns += 1) {
    await turn();
  }
}

function isWaiting(upstream: RecordingUpstream): boolean {
  return upstream.connections().some(({ bytes, ended }) => !ended && parseRequests(bytes).rest !== 'Empty');
}

function count({ name, cases }: Corpus, how: string, findings: readonly CaseFinding[]): Tally {
  const of = (finding: Finding): number => findings.filter((other) => other.finding === finding).length;
  return {
    corpus: name,
    how,
    cases: cases.length,
    unsafe: of('unsafe'),
    countedTwice: of('countedTwice'),
    validRefused: of('validRefused'),
    invalidForwarded: of('invalidForwarded'),
  };
}

function report(): void {
  const folder = fileURLToPath(new URL('../../build/reports', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/conformance.json`, `${JSON.stringify(tallies, null, 2)}\n`);
  for (const { corpus, how, cases, ...findings } of tallies) {
    const list = Object.entries(findings).map(([name, number]) => `${name} ${number}`);
    process.stdout.write(`${corpus}, ${how}: ${cases} cases, ${list.join(', ')}\n`);
  }
}
