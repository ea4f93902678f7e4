/**
 * Everything that one client may make us do, in one place. Each number is far above what browsers, Java clients and load generators do,
 * and far below what hurts the other clients of a worker.
 */
export const Limits = {
  /** Streams at once, announced as SETTINGS_MAX_CONCURRENT_STREAMS; one more is refused. */
  concurrentStreams: 100,
  /** Streams of one connection in all; then it is wound up, and the client opens another. */
  totalStreams: 1_000_000,
  /** CONTINUATION frames of one header block. */
  continuations: 8,
  /** Bytes of the table that the client's encoder may have us keep (SETTINGS_HEADER_TABLE_SIZE). */
  headerTable: 4_096,
  /** Bytes that a client may send ahead on one stream. */
  streamWindow: 262_144,
  /** The same for all streams together. */
  connectionWindow: 1_048_576,
} as const;

/**
 * What is done in excess by attacks, and what one of it costs. The budget is one for all: what mixes is bounded like what does not.
 */
const COSTS = {
  /** Rapid reset: a stream opened and reset has cost a server a request (CVE-2023-44487). */
  ResetByPeer: 1,
  /** The same, brought about by frames that make us reset the stream (CVE-2025-8671). */
  ResetByUs: 1,
  Ping: 1,
  Settings: 1,
  /** DATA without content that does not end its stream either. */
  EmptyData: 1,
  /** Header blocks and DATA on streams that we have reset; a few cross our reset. */
  AfterReset: 0.1,
  Priority: 0.1,
  Unknown: 0.1,
  /** WINDOW_UPDATE on a stream that is closed; clients send some after a download. */
  LateWindowUpdate: 0.01,
} as const;

export type Abuse = keyof typeof COSTS;

/** What can be spent at once, and what is added per second. */
const BURST = 1_000;
const REFILL = 33;

/** The budget of one connection. */
export class AbuseBudget {
  readonly #now: () => number;
  #left = BURST;
  #at: number;

  /** `now` is milliseconds on a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** False when the budget is used up: the connection is to be ended with ENHANCE_YOUR_CALM. */
  spend(abuse: Abuse): boolean {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) * REFILL) / 1_000) - COSTS[abuse];
    this.#at = now;
    return this.#left >= 0;
  }
}
