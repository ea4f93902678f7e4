import type { AccessLogger } from '../log/access.ts';
import type { PreparedFrontend } from './frontend.ts';
import type { Fault } from './faults.ts';
import type { CountedTarget } from './forwarding/target-requests.ts';

/** How a request ended. */
export interface RequestEnd {
  readonly status: number;
  readonly server: string | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly fault: Fault | null;
  /** More about the fault, for the log alone. */
  readonly detail: string | null;
}

/** What a request says of itself; empty as far as it could not be read. */
export interface RequestLine {
  readonly method: string;
  readonly host: string;
  /** Without the query. */
  readonly path: string;
}

/** One request, from its head to the line in the log. */
export class RequestRecord {
  backend: string | null = null;
  /** Where it goes, where it has named that itself. */
  target: CountedTarget | null = null;
  readonly #frontend: PreparedFrontend;
  readonly #source: string;
  readonly #line: RequestLine;
  readonly #startedAt = performance.now();

  constructor(frontend: PreparedFrontend, source: string, line: RequestLine) {
    this.#frontend = frontend;
    this.#source = source;
    this.#line = line;
  }

  /** Counts and logs it. `bodyBytes` are those of its body, where the end does not say it. */
  close(end: Partial<RequestEnd>, access: AccessLogger, bodyBytes = 0): void {
    const { status = 0, server = null, bytesIn = bodyBytes, bytesOut = 0, fault = null, detail = null } = end;
    const durationMs = performance.now() - this.#startedAt;
    this.#frontend
      .counter(this.backend ?? '')
      .count({ method: this.#line.method, status, durationMs, bytesIn, bytesOut, fault });
    if (this.target !== null) {
      this.#frontend.countTarget(this.target, { status, fault });
    }
    if (access.wants?.(status, fault !== null) !== false) {
      this.#log({ status, server, bytesIn, bytesOut, fault, detail }, durationMs, access);
    }
  }

  #log(end: RequestEnd, durationMs: number, access: AccessLogger): void {
    const { status, server, bytesIn, bytesOut, fault, detail } = end;
    access.log({
      kind: 'request',
      frontend: this.#frontend.config.name,
      source: this.#source,
      backend: this.backend,
      server,
      durationMs,
      bytesIn,
      bytesOut,
      error: fault === null || detail === null ? fault : `${fault}: ${detail}`,
      ...this.#line,
      status,
    });
  }
}
