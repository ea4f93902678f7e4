import type { Random } from '../support/random.ts';

/** An input in one part. */
export function whole(input: Buffer): readonly Buffer[] {
  return [Buffer.from(input)];
}

/** An input byte by byte. */
export function dribbled(input: Buffer): readonly Buffer[] {
  return Array.from(input, (byte) => Buffer.of(byte));
}

/** An input in two parts. */
export function cutAt(input: Buffer, at: number): readonly Buffer[] {
  return copies([input.subarray(0, at), input.subarray(at)]);
}

/** An input in a few parts, cut anywhere. */
export function cutAtRandom(input: Buffer, random: Random): readonly Buffer[] {
  const cuts = Array.from({ length: 1 + random.integer(5) }, () => random.integer(input.length + 1)).toSorted(
    (a, b) => a - b,
  );
  return copies([0, ...cuts].map((start, index) => input.subarray(start, cuts[index] ?? input.length)));
}

/** All ways to cut an input that are tried when it is looked at closely. */
export function* allCuts(input: Buffer, random: Random): Generator<readonly Buffer[]> {
  yield whole(input);
  yield dribbled(input);
  for (let at = 0; at <= Math.min(input.length, 400); at += 1) {
    yield cutAt(input, at);
  }
  for (let round = 0; round < 20; round += 1) {
    yield cutAtRandom(input, random);
  }
}

/** Code that reads may write into what it was given; no part is the memory of another, and none is empty. */
function copies(parts: readonly Buffer[]): readonly Buffer[] {
  return parts.filter(({ length }) => length > 0).map((part) => Buffer.from(part));
}
