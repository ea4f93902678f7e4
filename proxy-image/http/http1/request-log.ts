import type { AccessLogger } from '../../log/access.ts';
import type { PreparedFrontend } from '../frontend.ts';
import { RequestRecord, type RequestEnd } from '../request-record.ts';
import type { RequestHead } from './request-head.ts';

/** The record of the request that one client connection is serving, if any. */
export class RequestLog {
  readonly #access: AccessLogger;
  readonly #source: string;
  #record: RequestRecord | null = null;

  constructor(access: AccessLogger, source: string) {
    this.#access = access;
    this.#source = source;
  }

  /** The record of the request at hand; the first call begins it. */
  record(frontend: PreparedFrontend, { method, host, target }: RequestHead): RequestRecord {
    this.#record ??= new RequestRecord(frontend, this.#source, { method, host, path: target.path ?? '*' });
    return this.#record;
  }

  /** Counts and logs the request at hand. `bodyBytes` are those of its body, where the end does not say it. */
  finish(bodyBytes: number, end: Partial<RequestEnd>): void {
    this.#record?.close(end, this.#access, bodyBytes);
    this.#record = null;
  }
}
