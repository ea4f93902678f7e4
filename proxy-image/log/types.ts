/** One line of the access log: a finished layer-4 connection, or a finished request. Never a body, a query, a cookie or a credential. */
export type AccessEntry = ConnectionEntry | RequestEntry;

interface EntryBase {
  readonly frontend: string;
  /** The client's own address, as the proxy saw it. */
  readonly source: string;
  readonly backend: string | null;
  /** `host:port` of the server that took it; null when none did. */
  readonly server: string | null;
  readonly durationMs: number;
  /** Bytes from the client, and to the client: of the connection, or of the request's and the response's body. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Why it ended other than well; null when it ended well. */
  readonly error: string | null;
}

export interface ConnectionEntry extends EntryBase {
  readonly kind: 'connection';
}

export interface RequestEntry extends EntryBase {
  readonly kind: 'request';
  readonly method: string;
  readonly host: string;
  /** Path without the query. */
  readonly path: string;
  readonly status: number;
}
