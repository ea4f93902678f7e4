/** RFC 9113 section 6.9.1. */
export const MAX_WINDOW = 0x7fff_ffff;

/** What both sides begin with (RFC 9113 section 6.9.2). */
export const DEFAULT_WINDOW = 65_535;

/** How much the peer takes, of one stream or of all together. May become negative when the peer lowers its setting (section 6.9.2). */
export class SendWindow {
  available: number;

  constructor(size: number) {
    this.available = size;
  }

  take(bytes: number): void {
    this.available -= bytes;
  }

  /** False when the window would become larger than it may be. */
  grow(bytes: number): boolean {
    this.available += bytes;
    return this.available <= MAX_WINDOW;
  }
}

/**
 * How much the peer may send. What has been passed on is given back: at once when there are `threshold` bytes of it, so that not every
 * frame is answered by another.
 */
export class ReceiveWindow {
  readonly #threshold: number;
  #available: number;
  #returned = 0;

  constructor(size: number, threshold: number) {
    this.#available = size;
    this.#threshold = threshold;
  }

  get exhausted(): boolean {
    return this.#available === 0;
  }

  /** False when the peer sends more than it may. */
  take(bytes: number): boolean {
    this.#available -= bytes;
    return this.#available >= 0;
  }

  /** Takes back what has been passed on; returns by how much the window is to be updated now, 0 for not yet. */
  give(bytes: number): number {
    this.#returned += bytes;
    if (this.#returned < this.#threshold || this.#returned === 0) {
      return 0;
    }
    const update = this.#returned;
    this.#available += update;
    this.#returned = 0;
    return update;
  }
}
