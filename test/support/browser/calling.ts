import type { Page } from 'playwright-core';

/** Credentials that the TM1 servers of the tests take. */
export const CREDENTIALS = { Authorization: `Basic ${btoa('admin:apple')}` };

/** What a page sees of a request; `error` is what a script is told where it may see nothing. */
export interface Seen {
  readonly status?: number;
  readonly body?: string;
  readonly error?: string;
}

/** The part of the Fetch standard's RequestInit that the tests use. */
export interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Has a page's script ask for a URL, with cookies. */
export async function fetchFrom(page: Page, url: string, init: Init): Promise<Seen> {
  return page.evaluate(
    async ([target, options]) => {
      try {
        const response = await fetch(target, { credentials: 'include', ...options });
        return { status: response.status, body: await response.text() };
      } catch (error) {
        return { error: String(error) };
      }
    },
    [url, init] as const,
  );
}
