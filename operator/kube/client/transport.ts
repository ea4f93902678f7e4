/** One HTTP request to the API server, without its credentials. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Called when the connection stands, right before the first byte leaves. If it throws, nothing is sent, and that is the outcome. */
  readonly beforeSending?: () => void;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Must be read to its end, or left by ending the iteration, to let go of the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Carries requests to one API server. */
export interface Transport {
  /** Host and port of the API server, for metrics. */
  readonly host: string;
  /** Resolves when the head of the answer is there, whatever its status. Throws when the connection fails, or the reason of `signal`. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Closes idle connections. */
  close(): void;
}
