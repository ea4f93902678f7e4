import { createHmac } from 'node:crypto';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { BackendConfig } from '../../../proxy-image/config/types.ts';

/**
 * The cookie of a backend. Its key is made of the resource's uid, which is random and never shown to a client: it stays the same as long as
 * the resource lives, and there is nothing to be kept.
 */
export function stickyCookie(
  { name, stickyCookie }: BackendSpec,
  uid: string,
): Pick<BackendConfig, 'stickyCookie'> {
  if (stickyCookie === undefined) return {};
  return {
    stickyCookie: {
      name: stickyCookie.name ?? `twp-${name}`,
      sameSite: stickyCookie.sameSite,
      key: createHmac('sha256', uid).update(`sticky-cookie ${name}`).digest('hex'),
    },
  };
}
