import { RESERVED_FIELDS, RESERVED_PREFIX } from '../../../proxy-image/config/reserved-fields.ts';
import { integer, string } from '../schema/builder.ts';
import type { CelRule } from '../schema/builder.ts';
import { PATTERNS } from './patterns.ts';

/** CEL: the reserved names, also as CGI-like servers read them, to whom `_` and `-` are the same. */
const RESERVED = JSON.stringify([
  ...new Set(RESERVED_FIELDS.flatMap((name) => [name, name.replaceAll('-', '_')])),
]);

/** The name of an entry of a list: a DNS label, as it becomes part of Kubernetes object names. */
export const entryName = () => string({ pattern: PATTERNS.entryName.pattern, maxLength: 40, minLength: 1 });

/** `metadata.name` of a TeamworkProxy: Services (RFC 1035 label) and labels (63 characters) are made from it. */
export const resourceName = () =>
  string({ pattern: PATTERNS.resourceName.pattern, maxLength: 40, minLength: 1 });

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export const objectName = () => string({ pattern: PATTERNS.subdomain.pattern, maxLength: 253, minLength: 1 });

/** A name with an optional DNS prefix, as load balancer classes have. */
export const qualifiedName = () =>
  string({ pattern: PATTERNS.qualifiedName.pattern, maxLength: 253, minLength: 1 });

/** A key of a Secret's or ConfigMap's data. */
export const dataKey = () => string({ pattern: PATTERNS.dataKey.pattern, maxLength: 253, minLength: 1 });

/** A host name that clients use, lower case; a leading `*.` stands for one label. */
export const hostname = () => string({ pattern: PATTERNS.hostname.pattern, maxLength: 253, minLength: 1 });

/** A host that requests may name, with an optional port; a leading `*.` stands for one label. */
export const approvedHost = () =>
  string({ pattern: PATTERNS.approvedHost.pattern, maxLength: 261, minLength: 1 });

/** One DNS name, lower case. */
export const dnsName = () => string({ pattern: PATTERNS.subdomain.pattern, maxLength: 253, minLength: 1 });

/** A server's DNS name, IPv4 or IPv6 address (without brackets). */
export const serverHost = () =>
  string({
    pattern: PATTERNS.serverHost.pattern,
    maxLength: 253,
    minLength: 1,
    rules: [
      {
        rule: "!self.contains(':') || isIP(self)",
        message: 'must be a DNS name or an IP address alone; a port does not belong here',
      },
    ],
  });

/** An IPv4 or IPv6 address. */
export const ipAddress = () =>
  string({
    maxLength: 45,
    minLength: 2,
    rules: [{ rule: 'isIP(self)', message: 'must be an IPv4 or IPv6 address, such as 192.0.2.10' }],
  });

/** The name of something that a cloud provider has reserved. */
export const reservedName = () =>
  string({ pattern: PATTERNS.reservedName.pattern, maxLength: 512, minLength: 1 });

/** A range of addresses in CIDR notation. */
export const cidr = () =>
  string({
    maxLength: 49,
    minLength: 4,
    rules: [
      { rule: 'isCIDR(self)', message: 'must be an address range in CIDR notation, such as 192.0.2.0/24' },
    ],
  });

/** An absolute path prefix, without a query and without a slash at its end (but for `/` itself). */
export const urlPath = () => string({ pattern: PATTERNS.urlPath.pattern, maxLength: 253, minLength: 1 });

/** Where a redirect leads; printable ASCII, as it is sent in a header field. */
export const redirectTarget = () =>
  string({ pattern: PATTERNS.redirectTarget.pattern, maxLength: 1024, minLength: 1 });

/** The name of a cookie. */
export const cookieName = () => string({ pattern: PATTERNS.cookieName.pattern, maxLength: 64, minLength: 1 });

/** The name of a header field that rules may touch, and for which these further rules hold. */
export const fieldName = (...rules: readonly CelRule[]) =>
  string({
    pattern: PATTERNS.fieldName.pattern,
    maxLength: 64,
    minLength: 1,
    rules: [
      {
        rule: `!(self.lowerAscii() in ${RESERVED}) && !self.lowerAscii().startsWith('${RESERVED_PREFIX}')`,
        message: `must not be a field that frames a message, counts for one connection, or is made by the proxy itself (${RESERVED_FIELDS.join(', ')}, and all that begin with ${RESERVED_PREFIX})`,
      },
      ...rules,
    ],
  });

/** The value of a header field: what RFC 9110 section 5.5 recommends, without obs-text. */
export const fieldValue = () =>
  string({ pattern: PATTERNS.fieldValue.pattern, maxLength: 4096, minLength: 1 });

/** A TCP port. */
export const port = () => integer(1, 65535);

/** A server's share of the clients. */
export const weight = () => integer(0, 100);

/** A duration such as `30s`, `1h30m` or `250ms`. */
export const duration = () => string({ pattern: PATTERNS.duration.pattern, maxLength: 32, minLength: 2 });

/** A size in bytes, such as `100Mi`. */
export const byteSize = () => string({ pattern: PATTERNS.byteSize.pattern, maxLength: 16, minLength: 1 });

/** A SHA-256 fingerprint. */
export const fingerprint = () =>
  string({ pattern: PATTERNS.fingerprint.pattern, maxLength: 64, minLength: 64 });
