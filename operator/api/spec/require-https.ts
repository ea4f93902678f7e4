import { defaulted, object, oneOf, setOf } from '../schema/builder.ts';
import { port } from './scalars.ts';

/** `policies.requireHttps`. */
export const requireHttpsSchema = object({
  action: defaulted(
    oneOf('Redirect', 'Refuse'),
    'Redirect',
    'Redirect: to the same address by HTTPS, with 301 for GET and HEAD and 308 for others. Refuse: 403.',
  ),
  redirectPort: defaulted(port(), 443, 'Port of the address that a redirect leads to.'),
  tlsPorts: defaulted(
    setOf(port(), { maxItems: 8 }),
    [443],
    'With proxyProtocol: ports behind which the load balancer ends TLS, as its headers tell the port that clients connected to. A header that says itself that there was TLS (PP2_TYPE_SSL) needs none.',
  ),
});
