import type { RedirectConfig } from '../../config/types.ts';

/**
 * The value of Location: where the redirect leads, with the query of the request. It is made of the configuration and the query alone,
 * never of the request's path or host, so that no request can send a browser elsewhere.
 */
export function redirectLocation(redirect: RedirectConfig, query: string): string {
  if (query === '') {
    return redirect.to;
  }
  const [, target = '', fragment = ''] = /^([^#]*)(#.*)?$/s.exec(redirect.to) ?? [];
  return `${target}${target.includes('?') ? '&' : '?'}${query}${fragment}`;
}

/** Browsers turn POST into GET at 301 and 302; other methods than GET and HEAD get the status that keeps them (RFC 9110 section 15.4). */
export function redirectStatus({ status }: RedirectConfig, method: string): RedirectConfig['status'] {
  if (method === 'GET' || method === 'HEAD') {
    return status;
  }
  return status === 301 ? 308 : status === 302 ? 307 : status;
}
