/** Bytes from which on it pays. Far above what Node cuts out of memory that it shares between small buffers. */
const LARGE = 16_384;

/**
 * Gives the memory of a chunk back at once, which nobody may look at any more: what the garbage collector has to give back starts a
 * collection of the whole heap every 64 MiB, and memory that is used again at once is still in the processor's cache.
 */
export function discard({ buffer, length }: Buffer): void {
  if (length >= LARGE && length === buffer.byteLength && buffer instanceof ArrayBuffer) {
    buffer.transfer(0);
  }
}
