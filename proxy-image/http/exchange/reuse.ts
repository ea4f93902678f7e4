import type { ResponseHead } from '../http1/response-head.ts';
import type { ExchangeHistory, ExchangeRequest } from './types.ts';

/** RFC 9110 section 9.2.2; only these are sent again when a reused connection turns out to be dead. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** True for a request that does the same when it is sent twice. */
export function mayRepeat({ method, hasBody }: ExchangeRequest): boolean {
  return !hasBody && IDEMPOTENT.has(method);
}

/** Whether a request may go on a connection that has carried another exchange, and that its server may just have closed. */
export function mayTakeIdle(request: ExchangeRequest, { first }: ExchangeHistory): boolean {
  // What is upgraded never returns to the pool, and nothing that was sent before must answer for it.
  return request.upgrade === null && (mayRepeat(request) || !first);
}

/** How a final response has ended, as far as it says whether its connection can carry another exchange. */
export interface ExchangeOutcome {
  /** True when everything of the request has been sent. */
  readonly delivered: boolean;
  /** True for a body that ended with the connection. */
  readonly untilClose: boolean;
  /** True when bytes followed the response that belong to none. */
  readonly disputed: boolean;
}

/** The one place where it is decided whether a server connection may carry another exchange. */
export function isReusable(
  head: ResponseHead,
  { delivered, untilClose, disputed }: ExchangeOutcome,
): boolean {
  const persistent = head.minor === 1 && !head.connection.close && !untilClose;
  return delivered && persistent && !disputed;
}

/** Whether the server takes all that comes on this connection for this one client's. */
export function isClientsOwn(
  { connectionAuth, upstream }: ExchangeRequest,
  { own }: ExchangeHistory,
  head: ResponseHead,
): boolean {
  const announced = upstream.config.proxyProtocol !== undefined;
  return own !== null || announced || connectionAuth || head.connectionAuth;
}
