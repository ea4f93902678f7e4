import type { Fault } from '../faults.ts';

/** Statuses by which a server says that it, or what it depends on, does not work for now (RFC 9110 section 15.6). */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503, 504]);

/** What counts against the server when no usable response has come from it. */
const SERVER_FAILURES: Partial<Record<Fault, string>> = {
  UpstreamClosed: 'it closed the connection without a response',
  MalformedResponse: 'its response was malformed',
  ResponseTimeout: 'it did not respond in time',
};

/** What a server that was waited for has done wrong when the exchange ended with this fault; null when it is not to blame. */
export function failureOfFault(fault: Fault): string | null {
  return SERVER_FAILURES[fault] ?? null;
}

/** What a server that answers with this status does wrong; null for nothing. */
export function failureOfStatus(status: number): string | null {
  return GATEWAY_ERRORS.has(status) ? `it answered with ${status}` : null;
}
