import type { Shapes } from './shapes.ts';

/** What an operator is told when it is started; the same for all that are compared. */
export interface Surroundings {
  readonly kubeconfig: string;
  /** Where its Lease is. */
  readonly podNamespace: string;
}

/** An operator that runs, and what can be asked of it. */
export interface RunningOperator {
  readonly pid: number;
  /** What it shows at `/metrics`; the names are those of controller-runtime. */
  metrics(): Promise<string>;
  /** Ends it by SIGTERM and resolves when it has gone. */
  stop(): Promise<void>;
}

/** One of the operators that are compared. */
export interface Candidate {
  readonly name: string;
  version(): Promise<string>;
  /** Builds what there is to build. */
  prepare(): Promise<void>;
  /** Resolves when it is ready. */
  start(surroundings: Surroundings): Promise<RunningOperator>;
}

/** What was measured of one candidate. Durations are in milliseconds, CPU times in seconds, memory in MiB. */
export interface Result {
  readonly name: string;
  readonly version: string;
  /** What one resource has become. */
  readonly shapes: Shapes;
  readonly one: { readonly median: number; readonly p99: number; readonly samples: number };
  readonly created: {
    readonly resources: number;
    readonly ms: number;
    readonly operatorCpu: number;
    readonly apiServerCpu: number;
    readonly writes: number;
  };
  readonly memory: { readonly peak: number; readonly atRest: number };
  readonly change: { readonly median: number; readonly p99: number; readonly samples: number };
  readonly resync: {
    readonly ms: number;
    readonly writesByOperator: number;
    readonly writesByApiServer: number;
    readonly operatorCpu: number;
  };
  readonly steady: {
    readonly seconds: number;
    /** Requests by its own count, by method. */
    readonly requests: Readonly<Record<string, number>>;
    /** Requests that the API server answered about the kinds it makes, by verb and resource, without watches and Leases. */
    readonly answered: Readonly<Record<string, number>>;
    readonly operatorCpu: number;
  };
}
