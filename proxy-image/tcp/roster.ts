/** What a roster can hold; the number is the roster's, and a member can be in one roster only. */
export interface Seated {
  seat: number;
}

/** The seat of who is in no roster. */
export const NO_SEAT = -1;

/**
 * Who is there at the moment, in no order, where members come and go all the time. A Set would do the same, but each time that a Set has
 * been filled and emptied often enough V8 makes a new table for it and lets the old one point to that: once an old table has outlived the
 * young generation it keeps all later ones alive with everything that is in them, up to the next collection of the whole heap. With
 * connections as members that was half of all of them, copied from one place to the other by every collection.
 */
export class Roster<T extends Seated> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** It must be in none yet. */
  add(member: T): void {
    member.seat = this.#members.push(member) - 1;
  }

  /** Does nothing when it is not there. */
  delete(member: T): void {
    const { seat } = member;
    const last = this.#members.at(-1);
    if (seat === NO_SEAT || last === undefined) {
      return;
    }
    this.#members[seat] = last;
    last.seat = seat;
    this.#members.pop();
    member.seat = NO_SEAT;
  }

  /** All that are there now; it may change meanwhile. */
  snapshot(): readonly T[] {
    return [...this.#members];
  }
}
