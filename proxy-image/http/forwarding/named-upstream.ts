import type { BackendConfig } from '../../config/types.ts';
import type { ServerStatus, TargetStatus } from '../../config/status.ts';
import { AddressRefused, UpstreamError } from '../../upstream/errors.ts';
import type { Lookup } from '../../upstream/resolver.ts';
import type { Asking, ConnectRequest, ConnectUser, HttpConnection, Upstream } from '../../upstream/types.ts';
import { buildUpstream } from '../../upstream/upstream.ts';
import type { CountedTarget } from './target-requests.ts';

/** The connections to one target. Like those to a backend, but that its name may turn out to lead to where no request may go. */
export class NamedUpstream implements Upstream {
  readonly config: BackendConfig;
  readonly target: CountedTarget;
  readonly #inner: Upstream;
  #refusal: string | null = null;
  /** How the last attempt to connect has ended. */
  #state: TargetStatus['state'] = 'Unknown';
  #message: string | null = null;
  #askedAt = 0;

  constructor(
    config: BackendConfig,
    trustPems: readonly string[],
    { target, lookup }: { readonly target: CountedTarget; readonly lookup: Lookup },
  ) {
    this.config = config;
    this.target = target;
    this.#inner = buildUpstream(config, trustPems, { lookup: (host) => this.#lookup(lookup, host) });
  }

  /** A request for it has come. */
  asked(): void {
    this.#askedAt = Date.now();
  }

  /** What requests have found out about it. Nothing is looked up for it: names that were made up would be, for as long as somebody looks. */
  found(): Pick<TargetStatus, 'state' | 'message' | 'askedAt'> {
    return {
      state: this.#state,
      ...(this.#message === null ? {} : { message: this.#message }),
      askedAt: new Date(this.#askedAt).toISOString(),
    };
  }

  connect(request: ConnectRequest, user: ConnectUser): void {
    this.#inner.connect(request, {
      connected: (connection) => {
        this.#reached();
        user.connected(connection);
      },
      notConnected: (error) => user.notConnected(this.#missed(error)),
    });
  }

  takeIdle(client: Asking): HttpConnection | null {
    return this.#inner.takeIdle(client);
  }

  async open(request: ConnectRequest): Promise<HttpConnection> {
    try {
      const connection = await this.#inner.open(request);
      this.#reached();
      return connection;
    } catch (error) {
      throw error instanceof UpstreamError ? this.#missed(error) : error;
    }
  }

  mayRetry(): boolean {
    return this.#inner.mayRetry();
  }

  status(): readonly ServerStatus[] {
    return this.#inner.status();
  }

  retire(): void {
    this.#inner.retire();
  }

  async #lookup(lookup: Lookup, host: string): ReturnType<Lookup> {
    try {
      const addresses = await lookup(host);
      this.#refusal = null;
      return addresses;
    } catch (error) {
      this.#refusal = error instanceof AddressRefused ? error.message : null;
      throw error;
    }
  }

  #reached(): void {
    this.#state = 'Up';
    this.#message = null;
  }

  #missed(given: UpstreamError): UpstreamError {
    const error = this.#explained(given);
    // A client that went away says nothing of the target.
    if (error.kind !== 'Cancelled') {
      this.#state = 'Down';
      this.#message = error.attempts.at(-1)?.message ?? error.message;
    }
    return error;
  }

  #explained(error: UpstreamError): UpstreamError {
    return this.#refusal !== null && error.kind === 'NoServer'
      ? new UpstreamError('AddressRefused', this.#refusal)
      : error;
  }
}
