import type { Hash } from './half-sip-hash.ts';

/** What clients have taken out of the buckets of one limit: for each the two words of its hash, and the number of requests. */
export type SpentWords = Uint32Array;

/** What the limits of a process have let through, by frontend and limit. */
export interface Spent {
  readonly frontend: string;
  readonly limit: string;
  readonly words: SpentWords;
}

const WORDS = 3;
/** Clients of one limit that are told of at a time. In a flood of more, who asks most often is most likely among the first. */
const MAX_CLIENTS = 2_048;

/** Adds up what clients take, until other processes are told. */
export class Spending {
  /** By both words of their hash, as far as a number holds them. */
  readonly #clients = new Map<number, { readonly low: number; readonly high: number; count: number }>();

  add({ low, high }: Hash): void {
    const key = low + (high % 2 ** 20) * 2 ** 32;
    const known = this.#clients.get(key);
    if (known !== undefined) {
      known.count += 1;
    } else if (this.#clients.size < MAX_CLIENTS) {
      this.#clients.set(key, { low, high, count: 1 });
    }
  }

  /** What has been added since the last time; null for nothing. */
  drain(): SpentWords | null {
    if (this.#clients.size === 0) {
      return null;
    }
    const words = new Uint32Array(this.#clients.size * WORDS);
    let at = 0;
    for (const { low, high, count } of this.#clients.values()) {
      words.set([low, high, count], at);
      at += WORDS;
    }
    this.#clients.clear();
    return words;
  }
}

/** Calls `take` for each client. */
export function eachSpent(words: SpentWords, take: (hash: Hash, count: number) => void): void {
  for (let at = 0; at + WORDS <= words.length; at += WORDS) {
    const [low = 0, high = 0, count = 0] = words.subarray(at, at + WORDS);
    take({ low, high }, count);
  }
}
