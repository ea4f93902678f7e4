import { isDeepStrictEqual } from 'node:util';

/** A part of the proxy that reads what anybody may send, and what must hold of it whatever that is. */
export interface Target {
  readonly name: string;
  /** What the format is made of, Latin-1; mutations put it in. */
  readonly dictionary: readonly string[];
  /** Inputs to begin with, besides those in `corpus/`. */
  readonly seeds: () => readonly Buffer[];
  /**
   * Gives the input to the code under test, in the parts in which it may arrive. Returns what kind of thing happened, in a few words: an
   * input that makes something happen which no other has is worth to go on from.
   *
   * @throws Broken when an invariant does not hold; anything else that is thrown is a failure as well
   */
  readonly check: (parts: readonly Buffer[]) => string;
}

/** An invariant does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

export function requireThat(holds: boolean, what: () => string): asserts holds {
  if (!holds) {
    throw new Broken(what());
  }
}

/** @throws Broken when two readings of the same input are not the same */
export function requireSame(what: string, one: unknown, other: unknown): void {
  requireThat(
    isDeepStrictEqual(one, other),
    () => `${what}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`,
  );
}
