import { random, type Random } from '../support/random.ts';
import { loadCorpus } from './corpus.ts';
import { cutAt, cutAtRandom, dribbled, whole } from './cuts.ts';
import { mutate, type Material } from './mutate.ts';
import type { Target } from './target.ts';

/** An input, and what it did. */
export interface Failure {
  readonly input: Buffer;
  readonly error: unknown;
}

interface Attempt {
  readonly input: Buffer;
  readonly parts: readonly Buffer[];
}

/** Inputs that are kept, at most. */
const MOST = 5_000;

/**
 * Mutates inputs of one target, and keeps those that make something new happen. What happens is what the target says: to have V8 count
 * which parts of the source run makes everything so much slower that less of it is run in the same time.
 */
export class Fuzzer {
  readonly #target: Target;
  readonly #random: Random;
  readonly #guided: boolean;
  readonly #kinds = new Set<string>();
  readonly #material: Material;
  readonly inputs: Buffer[];
  /** Inputs that made something new happen. */
  readonly found: Buffer[] = [];
  executions = 0;

  /** Only when it is guided inputs are kept. */
  constructor(target: Target, seed: number, guided: boolean) {
    this.#target = target;
    this.#random = random(seed);
    this.#guided = guided;
    this.inputs = [...target.seeds(), ...loadCorpus(target.name)];
    this.#material = {
      random: this.#random,
      dictionary: target.dictionary.map((word) => Buffer.from(word, 'latin1')),
      other: () => this.#anyInput(),
    };
  }

  /** Tries what there is to begin with; the first that fails. */
  begin(running: (input: Buffer) => void): Failure | null {
    for (const input of this.inputs) {
      running(input);
      const failure =
        this.#try({ input, parts: whole(input) }) ?? this.#try({ input, parts: dribbled(input) });
      if (failure !== null) {
        return failure;
      }
    }
    return null;
  }

  /** Tries one more input, of which `running` is told before; null unless it fails. */
  step(running: (input: Buffer) => void): Failure | null {
    const input = mutate(this.#anyInput(), this.#material);
    running(input);
    return this.#try({ input, parts: this.#cut(input) });
  }

  #try({ input, parts }: Attempt): Failure | null {
    this.executions += 1;
    try {
      this.#learn(input, this.#target.check(parts));
      return null;
    } catch (error) {
      return { input, error };
    }
  }

  #learn(input: Buffer, kind: string): void {
    if (this.#guided && !this.#kinds.has(kind) && this.inputs.length < MOST) {
      this.#kinds.add(kind);
      this.inputs.push(input);
      this.found.push(input);
    }
  }

  #anyInput(): Buffer {
    return this.inputs[this.#random.integer(this.inputs.length)] ?? Buffer.alloc(0);
  }

  #cut(input: Buffer): readonly Buffer[] {
    switch (this.#random.integer(4)) {
      case 0:
        return whole(input);
      case 1:
        return input.length > 256 ? cutAtRandom(input, this.#random) : dribbled(input);
      case 2:
        return cutAt(input, this.#random.integer(input.length + 1));
      default:
        return cutAtRandom(input, this.#random);
    }
  }
}

export function tryParts({ check }: Target, input: Buffer, parts: readonly Buffer[]): Failure | null {
  try {
    check(parts);
    return null;
  } catch (error) {
    return { input, error };
  }
}
