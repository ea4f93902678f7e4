/** A proxy under measurement: how it is started, and what it is called in tables. */
export interface Candidate {
  readonly name: CandidateName;
  /** Its version, as it says itself. */
  version(): Promise<string>;
  /** Writes its configuration into a folder of its own and gives the command that runs it in the foreground. */
  prepare(site: Site, ports: FrontendPorts, folder: string): Promise<CandidateCommand>;
}

/** Ours is called `proxy`. */
export type CandidateName = 'proxy' | 'haproxy' | 'nginx';

export interface CandidateCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where the proxies lead to, and what they serve with. Everything listens on 127.0.0.1. */
export interface Site {
  /** Removed in the end. */
  readonly folder: string;
  /** Chain, and key, of the certificate that all candidates serve. */
  readonly chainFile: string;
  readonly keyFile: string;
  /** HTTP servers: the first for paths below /webapp, the second for those below /osmc. */
  readonly httpPorts: readonly [number, number];
  readonly tcpPort: number;
}

/** The ports that a candidate listens on. */
export interface FrontendPorts {
  readonly http: number;
  readonly https: number;
  readonly tcp: number;
}

/** A candidate that runs. */
export interface RunningCandidate {
  readonly name: CandidateName;
  readonly pid: number;
  readonly ports: FrontendPorts;
  /** True when it offers HTTP/2 over TLS. */
  readonly http2: boolean;
}

/** What a load tool did in one round. */
export interface LoadResult {
  /** Requests, connections, round trips or bytes. */
  readonly units: number;
  readonly seconds: number;
  readonly errors: number;
  /** Of the units, how many resumed a TLS session; only where that is what is measured. */
  readonly resumed?: number;
}

/** One kind of work whose cost is compared. */
export interface Work {
  readonly name: string;
  /** Measured in the quick mode too. */
  readonly quick: boolean;
  readonly needsHttp2: boolean;
  readonly cost: CostUnit;
  /** Keeps a candidate busy for `seconds`. */
  load(candidate: RunningCandidate, seconds: number): Promise<LoadResult>;
}

/** How CPU time per unit is written, for instance `us per request`. */
export interface CostUnit {
  readonly label: string;
  /** From CPU seconds per unit. */
  readonly factor: number;
}
