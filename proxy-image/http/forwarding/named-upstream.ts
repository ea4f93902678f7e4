import type { BackendConfig } from '../../config/types.ts';
import type { ServerStatus } from '../../config/status.ts';
import { UpstreamError } from '../../upstream/errors.ts';
import type { Lookup } from '../../upstream/resolver.ts';
import type {
  Asking,
  ConnectRequest,
  HttpConnection,
  Upstream,
  UpstreamConnection,
} from '../../upstream/types.ts';
import { buildUpstream } from '../../upstream/upstream.ts';
import { AddressRefused } from './checked-lookup.ts';

/** The connections to one target. Like those to a backend, but that its name may turn out to lead to where no request may go. */
export class NamedUpstream implements Upstream {
  readonly config: BackendConfig;
  readonly #inner: Upstream;
  #refusal: string | null = null;

  constructor(config: BackendConfig, trustPems: readonly string[], lookup: Lookup) {
    this.config = config;
    this.#inner = buildUpstream(config, trustPems, { lookup: (host) => this.#lookup(lookup, host) });
  }

  connect(request: ConnectRequest): Promise<UpstreamConnection> {
    return this.#explained(this.#inner.connect(request));
  }

  takeIdle(client: Asking): HttpConnection | null {
    return this.#inner.takeIdle(client);
  }

  open(request: ConnectRequest): Promise<HttpConnection> {
    return this.#explained(this.#inner.open(request));
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

  async #explained<T>(connecting: Promise<T>): Promise<T> {
    try {
      return await connecting;
    } catch (error) {
      if (this.#refusal !== null && error instanceof UpstreamError && error.kind === 'NoServer') {
        throw new UpstreamError('AddressRefused', this.#refusal);
      }
      throw error;
    }
  }
}
