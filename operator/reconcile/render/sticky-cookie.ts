import { createHmac } from 'node:crypto';
import type { BackendSpec } from '../../api/spec/backend.ts';
import type { BackendConfig } from '../../../proxy-image/config/types.ts';
import { stickyCookieName } from '../sticky-cookie-name.ts';

/**
 * The cookie of a backend. Its key is made of the resource's uid, which is random and never shown to a client: it stays the same as long as
 * the resource lives, and there is nothing to be kept.
 */
export function stickyCookie(backend: BackendSpec, uid: string): Pick<BackendConfig, 'stickyCookie'> {
  const { name, stickyCookie } = backend;
  if (stickyCookie === undefined) return {};
  return {
    stickyCookie: {
      name: stickyCookieName(backend),
      sameSite: stickyCookie.sameSite,
      key: createHmac('sha256', uid).update(`sticky-cookie ${name}`).digest('hex'),
    },
  };
}
