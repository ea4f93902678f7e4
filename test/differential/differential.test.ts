import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../support/describe-with.ts';
import { writeReport } from '../conformance/tally.ts';
import { ask, type Answer } from './ask.ts';
import { startApplication, type Application } from './origins/application.ts';
import { missingPackages, ORIGINS, startOrigin } from './origins/start.ts';
import type { Origin } from './origins/types.ts';
import { recordOutputs, type Output } from './outputs.ts';
import { explain, type Quirk } from './quirks.ts';

/** What came of asking one server about all requests. */
interface Reading {
  readonly origin: string;
  readonly cases: number;
  readonly agreed: number;
  /** Refused, or read otherwise, for a known reason. */
  readonly explained: readonly {
    readonly reason: string;
    readonly verdict: string;
    readonly cases: number;
  }[];
  readonly unexplained: readonly (Answer & { readonly id: string })[];
}

/** How many requests a server is asked about at the same time. */
const AT_ONCE = 4;

const readings: Reading[] = [];
let outputs: readonly Output[];
let application: Application;

beforeAll(async () => {
  outputs = await recordOutputs();
  application = await startApplication();
}, 240_000);

afterAll(async () => {
  await application.close();
  writeReport('differential', readings);
  for (const { origin, cases, agreed, explained, unexplained } of readings) {
    const known = explained.reduce((sum, { cases: number }) => sum + number, 0);
    process.stdout.write(
      `${origin}: ${cases} requests, ${agreed} read as meant, ${known} explained, ${unexplained.length} not\n`,
    );
  }
});

describe('what the proxy forwards', () => {
  it('is recorded', () => {
    expect(outputs.length).toBeGreaterThan(100);
  });

  for (const origin of ORIGINS) {
    const missing = missingPackages(origin);
    const packages = { name: `Debian's ${missing.join(', ')}`, isInstalled: missing.length === 0 };
    describeWith(packages, origin.name, () => {
      it('reads it as it was meant', async () => {
        const { unexplained } = await read(origin);

        expect(unexplained).toEqual([]);
      }, 240_000);
    });
  }
});

async function read(origin: Origin): Promise<Reading> {
  const { port, stop } = await startOrigin(origin, application.ports);
  try {
    const reading = summarise(origin, await askAll(port));
    readings.push(reading);
    return reading;
  } finally {
    await stop();
  }
}

async function askAll(port: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const asking = Array.from({ length: AT_ONCE }, async () => {
    for (let index = next; index < outputs.length; index = next) {
      next += 1;
      answers[index] = await ask(port, outputs[index] as Output);
    }
  });
  await Promise.all(asking);
  return answers;
}

function summarise({ name }: Origin, answers: readonly Answer[]): Reading {
  const counts = new Map<Quirk, number>();
  const unexplained: (Answer & { id: string })[] = [];
  for (const [index, answer] of answers.entries()) {
    const output = outputs[index] as Output;
    const quirk = answer.verdict === 'Agreed' ? undefined : explain(name, answer, output);
    if (quirk !== undefined) {
      counts.set(quirk, (counts.get(quirk) ?? 0) + 1);
    } else if (answer.verdict !== 'Agreed') {
      unexplained.push({ id: output.id, ...answer });
    }
  }
  return {
    origin: name,
    cases: answers.length,
    agreed: answers.filter(({ verdict }) => verdict === 'Agreed').length,
    explained: [...counts].map(([{ reason, verdict }, cases]) => ({ reason, verdict, cases })),
    unexplained,
  };
}
