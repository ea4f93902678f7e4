/**
 * ProxyStatus is what `GET /status` of the admin listener answers: the proxy's side of the contract. The operator reads it to
 * tell whether a pod serves the configuration that was written for it, and shows a refusal in the resource's conditions.
 */
export interface ProxyStatus {
  readonly phase: ProxyPhase;
  /** SHA-256 (lower-case hex) of the bytes of the configuration file that every worker serves; null before the first one. */
  readonly configHash: string | null;
  /** The newest configuration seen, where it is not the one being served, and why it is not. */
  readonly rejected: RejectedConfig | null;
  readonly frontends: readonly FrontendStatus[];
  readonly certificates: readonly CertificateStatus[];
  readonly backends: readonly BackendStatus[];
  /** One for each route whose requests name their target. */
  readonly forwards: readonly ForwardStatus[];
  readonly workers: readonly WorkerStatus[];
}

/** `Starting` until a first configuration is served; `Draining` from SIGTERM on. */
export type ProxyPhase = 'Starting' | 'Serving' | 'Draining';

/** A configuration that is not served. */
export interface RejectedConfig {
  /** Null when the file can't be read. */
  readonly configHash: string | null;
  /** `Invalid`: it can never be served as it is. `Waiting`: a file is missing, or does not fit to the others (yet). */
  readonly kind: 'Invalid' | 'Waiting';
  readonly errors: readonly ConfigError[];
}

/** One thing that is wrong, with the place in the configuration, such as `frontends[2].routes[0].backend`. */
export interface ConfigError {
  readonly path: string;
  readonly message: string;
}

export interface FrontendStatus {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `Opening` is new in this moment, and nothing is wrong with it. */
  readonly state: 'Opening' | 'Listening' | 'Failed' | 'Draining';
  /** Why it failed, such as `EADDRINUSE: ...`. */
  readonly message?: string;
  /** Open client connections, of all workers. */
  readonly connections: number;
}

export interface CertificateStatus {
  readonly name: string;
  /** SHA-256 fingerprint of the leaf certificate, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** RFC 3339, UTC. */
  readonly notAfter: string;
}

export interface BackendStatus {
  readonly name: string;
  readonly servers: readonly ServerStatus[];
}

export interface ServerStatus {
  readonly host: string;
  readonly port: number;
  /**
   * `Unknown` until the first connection or health check; `Down` when its health checks, the last attempts to connect or one exchange
   * after the other have failed. A name with several addresses is up as long as one of them is.
   */
  readonly state: 'Unknown' | 'Up' | 'Down';
  /** Why it is down, and what to do. */
  readonly message?: string;
  /** Connections in use, of all workers. */
  readonly connections: number;
}

/** What requests of one route have found out about the targets that they named, since the configuration changed last. */
export interface ForwardStatus {
  readonly frontend: string;
  /** The route's first path. */
  readonly path: string;
  /** First those that the list of approved hosts names one by one, with a port, and then the others, those that were asked last before. */
  readonly targets: readonly TargetStatus[];
  /** How many more are known; they are not shown. */
  readonly others: number;
}

export interface TargetStatus {
  readonly host: string;
  readonly port: number;
  /** How the last attempt to connect to it has ended; `Unknown` until the first one has. */
  readonly state: 'Unknown' | 'Up' | 'Down';
  /** Why it is down, and what to do. */
  readonly message?: string;
  /** When it was asked last; RFC 3339, UTC. */
  readonly askedAt: string;
}

export interface WorkerStatus {
  readonly pid: number;
  readonly configHash: string | null;
  readonly connections: number;
}
