import type { Socket } from 'node:net';
import { InputBuffer } from '../http/http1/buffer.ts';

/** What the first bytes of a connection mean, and how many of them are done with; the rest stays to be read by the next stage. */
export interface Decision<T> {
  readonly value: T;
  readonly consumed: number;
}

/** `TooLate`: nothing could be decided in time. `Gone`: the client has closed its half, or is gone, before that. */
export type ReadAhead<T> =
  | { readonly state: 'Decided'; readonly value: T }
  | { readonly state: 'TooLate' | 'Gone'; readonly bytes: number };

export interface ReadAheadOptions<T> {
  /** Is given all bytes that have come so far, each time that there are more; null while they are too few. */
  readonly decide: (bytes: Buffer) => Decision<T> | null;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Reads the beginning of a connection as far as it takes to decide what it is. After that the socket is paused, and what was not consumed
 * is read from it again. `decide` has to come to a decision before the bytes take too much memory. Never rejects.
 */
export async function readAhead<T>(
  socket: Socket,
  { decide, timeout }: ReadAheadOptions<T>,
): Promise<ReadAhead<T>> {
  return new Promise((resolve) => {
    const input = new InputBuffer();
    const finish = (result: ReadAhead<T>): void => {
      clearTimeout(timer);
      socket.pause().off('data', read).off('end', gone).off('close', gone);
      resolve(result);
    };
    const gone = (): void => finish({ state: 'Gone', bytes: input.length });
    const read = (chunk: Buffer): void => {
      input.append(chunk);
      const bytes = input.view();
      const decision = decide(bytes);
      if (decision === null) {
        return;
      }
      finish({ state: 'Decided', value: decision.value });
      if (decision.consumed < bytes.length) {
        socket.unshift(bytes.subarray(decision.consumed));
      }
    };
    const timer = setTimeout(() => finish({ state: 'TooLate', bytes: input.length }), timeout);
    socket.on('data', read).on('end', gone).on('close', gone).resume();
  });
}
