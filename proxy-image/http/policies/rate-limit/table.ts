import type { Hash } from './half-sip-hash.ts';

/** Clients that share a set, of which each has a slot. */
const WAYS = 8;
const SETS = 4_096;

/**
 * When the bucket of each client will be full again, for as many clients as there are slots, in memory that does not grow: 12 bytes for
 * each of 32 768.
 *
 * A client whose bucket is full needs no slot, so in a set one of these is given away first. Where there is none the slot whose bucket is the
 * fullest changes hands as it is, and who comes finds what the one before has left. So nobody gains a full bucket by having others drive them
 * out: they come back to a slot that is at most as full as the fullest. And however many clients there are, a set lets no more
 * through than its slots would (Metwally and others, "Space-Saving", 2005).
 */
export class BucketTable {
  readonly #fullAt = new Float64Array(WAYS * SETS);
  readonly #owners = new Uint32Array(WAYS * SETS);

  /** The slot of the client with this hash, which counts until the next call. */
  slot({ low, high }: Hash, now: number): number {
    const first = (high % SETS) * WAYS;
    let best = first;
    for (let slot = first; slot < first + WAYS; slot += 1) {
      if (this.#owners[slot] === low) {
        return slot;
      }
      if (this.fullAt(slot) < this.fullAt(best)) {
        best = slot;
      }
    }
    this.#owners[best] = low;
    this.#fullAt[best] = Math.max(this.fullAt(best), now);
    return best;
  }

  fullAt(slot: number): number {
    return this.#fullAt[slot] ?? 0;
  }

  fill(slot: number, at: number): void {
    this.#fullAt[slot] = at;
  }
}
