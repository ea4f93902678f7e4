import { UpstreamError } from '../../upstream/errors.ts';
import type { Asking, HttpConnection } from '../../upstream/types.ts';
import type { Fault } from '../faults.ts';
import type { ExchangeRequest } from './types.ts';

/** Told how opening a connection has ended, once, unless it was cancelled before. */
export interface OpeningUser {
  opened(connection: HttpConnection): void;
  notOpened(fault: Fault, detail: string): void;
}

/** A new server connection that is on its way for one request. */
export class Opening {
  readonly #user: OpeningUser;
  readonly #abort = new AbortController();

  constructor(request: ExchangeRequest, user: OpeningUser) {
    this.#user = user;
    void this.#open(request);
  }

  cancel(): void {
    this.#abort.abort();
  }

  async #open(request: ExchangeRequest): Promise<void> {
    const { upstream, client, connectTimeout } = request;
    const { signal } = this.#abort;
    try {
      const connection = await upstream.open({ ...askingOf(request), client, connectTimeout, signal });
      if (signal.aborted) {
        connection.destroy();
      } else {
        this.#user.opened(connection);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#abort.signal.aborted) {
      return;
    }
    if (error instanceof UpstreamError && error.kind !== 'Cancelled') {
      this.#user.notOpened(error.kind, error.message);
    } else {
      this.#user.notOpened('ConnectFailed', String(error));
    }
  }
}

export function askingOf({ client, sticky }: ExchangeRequest): Asking {
  return { sourceAddress: client.sourceAddress, stickyToken: sticky?.token ?? null };
}
