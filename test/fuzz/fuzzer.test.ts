import { describe, expect, it } from '@jest/globals';
import { failureOf, smallest } from './failures.ts';
import { Fuzzer, type Failure } from './fuzzer.ts';
import { minimise } from './minimise.ts';
import { requireThat, type Target } from './target.ts';

/** A reader with faults that are as easy to find as those that are looked for. */
function faulty(check: (parts: readonly Buffer[]) => string): Target {
  return {
    name: 'faulty',
    dictionary: ['\r\n', 'Length: '],
    seeds: () => [Buffer.from('Length: 5\r\n\r\nhello')],
    check,
  };
}

function fuzz(target: Target): Failure {
  const fuzzer = new Fuzzer(target, 1, true);
  let failure = fuzzer.begin(() => undefined);
  while (failure === null && fuzzer.executions < 200_000) {
    failure = fuzzer.step(() => undefined);
  }
  if (failure === null) {
    throw new Error('nothing was found');
  }
  return failure;
}

describe('Fuzzer', () => {
  it('finds what no input may do, and the shortest input that does it', () => {
    const target = faulty((parts) => {
      const text = Buffer.concat(parts).toString('latin1');
      requireThat(!text.includes('Length: -'), () => 'a sign');
      return 'read';
    });

    const { input, error } = smallest(target, fuzz(target), () => undefined);

    expect(input.toString('latin1')).toBe('Length: -');
    expect(String(error)).toBe('Broken: a sign');
  });

  it('finds what depends on how an input is cut', () => {
    const target = faulty((parts) => {
      requireThat(!parts.some((part) => part.at(-1) === 0x0d), () => 'a CR at the end of a part');
      return 'read';
    });

    expect(smallest(target, fuzz(target), () => undefined).input.toString('latin1')).toBe('\r');
  });

  it('finds what throws', () => {
    const target = faulty((parts) => {
      const bytes = Buffer.concat(parts);
      return bytes.includes(0xff) ? String(bytes.readUInt32BE(bytes.length - 2)) : 'read';
    });

    expect(fuzz(target).error).toMatchObject({ name: 'RangeError' });
  });

  it('gives the same inputs for the same seed', () => {
    const tried = [1, 1, 2].map((seed) => {
      const inputs: string[] = [];
      const fuzzer = new Fuzzer(faulty(String), seed, true);
      for (let round = 0; round < 50; round += 1) {
        fuzzer.step((input) => inputs.push(input.toString('latin1')));
      }
      return inputs;
    });

    expect(tried[0]).toEqual(tried[1]);
    expect(tried[0]).not.toEqual(tried[2]);
  });
});

describe('failureOf', () => {
  it('finds nothing where there is nothing', () => {
    expect(failureOf(faulty(String), Buffer.from('abc'))).toBeNull();
  });
});

describe('minimise', () => {
  it('leaves only what is needed', () => {
    const small = minimise(Buffer.from('xxaxxxbxxxxcxx'), (candidate) =>
      ['a', 'b', 'c'].every((needed) => candidate.includes(needed)),
    );

    expect(small.toString('latin1')).toBe('abc');
  });
});
