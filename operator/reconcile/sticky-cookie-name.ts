import type { BackendSpec } from '../api/spec/backend.ts';

/** What the sticky cookie of a backend that has one is called. */
export function stickyCookieName({ name, stickyCookie }: Pick<BackendSpec, 'name' | 'stickyCookie'>): string {
  return stickyCookie?.name ?? `twp-${name}`;
}
