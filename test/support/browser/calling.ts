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

/** Has a page's script open a URL in a window of its own; waits until something is shown there. */
export async function openFrom(page: Page, url: string): Promise<Page> {
  const opened = page.waitForEvent('popup');
  await page.evaluate(`void open(${JSON.stringify(url)}, '_blank', 'popup')`);
  const popUp = await opened;
  await popUp.waitForLoadState();
  return popUp;
}

/** Fills in the form of a sign-on gateway of the tests, and waits until the browser is back from there. */
export async function signOn(
  popUp: Page,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<void> {
  await popUp.fill('input[name=user]', name);
  await popUp.fill('input[name=password]', password);
  await popUp.click('button');
  await popUp.waitForURL(/\/login\/done$/);
}
