/** Ranges of one buffer, in order; ranges that touch become one. */
export class Pieces {
  count = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  /** Bytes in all ranges. */
  get length(): number {
    let sum = 0;
    for (let index = 0; index < this.count; index += 1) {
      sum += (this.ends[index] ?? 0) - (this.starts[index] ?? 0);
    }
    return sum;
  }

  clear(): void {
    this.count = 0;
  }

  add(start: number, end: number): void {
    if (start === end) {
      return;
    }
    if (this.count > 0 && this.ends[this.count - 1] === start) {
      this.ends[this.count - 1] = end;
      return;
    }
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count += 1;
  }

  /** The bytes of all ranges: a view where there is one range, else a copy. */
  gather(bytes: Buffer): Buffer {
    if (this.count === 1) {
      return bytes.subarray(this.starts[0], this.ends[0]);
    }
    const gathered = Buffer.allocUnsafe(this.length);
    this.copy(bytes, gathered, 0);
    return gathered;
  }

  /** Copies all ranges to `target` from `offset` on; returns the offset behind them. */
  copy(bytes: Buffer, target: Buffer, offset: number): number {
    let at = offset;
    for (let index = 0; index < this.count; index += 1) {
      at += bytes.copy(target, at, this.starts[index], this.ends[index]);
    }
    return at;
  }
}
