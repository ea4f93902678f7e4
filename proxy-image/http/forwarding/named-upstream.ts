import type { BackendConfig } from '../../config/types.ts';
import type { ServerStatus } from '../../config/status.ts';
import { UpstreamError } from '../../upstream/errors.ts';
import type { Lookup } from '../../upstream/resolver.ts';
import type { Asking, ConnectRequest, ConnectUser, HttpConnection, Upstream } from '../../upstream/types.ts';
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

  connect(request: ConnectRequest, user: ConnectUser): void {
    this.#inner.connect(request, {
      connected: (connection) => user.connected(connection),
      notConnected: (error) => user.notConnected(this.#explained(error)),
    });
  }

  takeIdle(client: Asking): HttpConnection | null {
    return this.#inner.takeIdle(client);
  }

  async open(request: ConnectRequest): Promise<HttpConnection> {
    try {
      return await this.#inner.open(request);
    } catch (error) {
      throw error instanceof UpstreamError ? this.#explained(error) : error;
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

  #explained(error: UpstreamError): UpstreamError {
    return this.#refusal !== null && error.kind === 'NoServer'
      ? new UpstreamError('AddressRefused', this.#refusal)
      : error;
  }
}
