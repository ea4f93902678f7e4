import type { ConnectionUser, HttpConnection, Upstream } from '../../upstream/types.ts';

/**
 * A server connection that must serve no other client, since this client's credentials count for the whole of it (NTLM, Negotiate). It
 * is kept between the client's requests; anything that happens on it meanwhile ends it.
 */
export class OwnConnection implements ConnectionUser {
  #kept: { readonly upstream: Upstream; readonly connection: HttpConnection } | null = null;

  keep(upstream: Upstream, connection: HttpConnection): void {
    this.#kept = { upstream, connection };
    connection.attach(this);
    connection.socket.resume();
  }

  /** Hands it over when it leads to that backend; one that leads elsewhere is ended. */
  take(upstream: Upstream): HttpConnection | null {
    if (this.#kept !== null && this.#kept.upstream !== upstream) {
      this.end();
    }
    const connection = this.#kept?.connection ?? null;
    this.#kept = null;
    return connection;
  }

  end(): void {
    this.#kept?.connection.destroy();
    this.#kept = null;
  }

  upstreamData(): void {
    this.end();
  }

  upstreamEnd(): void {
    this.end();
  }

  upstreamClosed(): void {
    this.end();
  }

  upstreamDrained(): void {}
}
