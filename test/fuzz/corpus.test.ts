import { describe, expect, it } from '@jest/globals';
import { random } from '../support/random.ts';
import { loadCorpus } from './corpus.ts';
import { cutAtRandom } from './cuts.ts';
import { failureOf } from './failures.ts';
import { Fuzzer } from './fuzzer.ts';
import { TARGETS } from './targets/all.ts';

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (name, target) => {
  it('holds for every input that was kept, however it is cut', () => {
    for (const input of loadCorpus(name)) {
      expect(failureOf(target, input)?.error).toBeUndefined();
    }
  });

  it('holds for its first inputs, and for the same few hundred others each time', () => {
    const fuzzer = new Fuzzer(target, 7_540, true);

    expect(fuzzer.begin(() => undefined)).toBeNull();
    for (let round = 0; round < 300; round += 1) {
      expect(fuzzer.step(() => undefined)).toBeNull();
    }
  });

  it('reads its first inputs as something, so that there is something to mutate', () => {
    const kinds = target.seeds().map((input) => target.check([input]));

    expect(new Set(kinds).size).toBeGreaterThan(1);
  });
});

it('cuts an input into parts that make the same input', () => {
  const input = Buffer.from('abcdefghij');
  for (let seed = 1; seed < 50; seed += 1) {
    expect(Buffer.concat(cutAtRandom(input, random(seed)))).toEqual(input);
  }
});
