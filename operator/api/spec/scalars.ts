import { integer, string } from '../schema/builder.ts';

/** The name of an entry of a list: a DNS label, as it becomes part of Kubernetes object names. */
export const entryName = () =>
  string({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 40, minLength: 1 });

/** The name of a Kubernetes object (RFC 1123 subdomain). */
export const objectName = () =>
  string({
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    minLength: 1,
  });

/** A key of a Secret's or ConfigMap's data. */
export const dataKey = () => string({ pattern: '^[-._a-zA-Z0-9]+$', maxLength: 253, minLength: 1 });

/** A host name that clients use, lower case; a leading `*.` stands for one label. */
export const hostname = () =>
  string({
    pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    minLength: 1,
  });

/** A server's DNS name, IPv4 or IPv6 address (without brackets). */
export const serverHost = () => string({ pattern: '^[-a-zA-Z0-9._:]+$', maxLength: 253, minLength: 1 });

/** An IPv4 or IPv6 address. */
export const ipAddress = () =>
  string({
    maxLength: 45,
    minLength: 2,
    rules: [{ rule: 'isIP(self)', message: 'must be an IPv4 or IPv6 address, such as 192.0.2.10' }],
  });

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
export const urlPath = () =>
  string({ pattern: "^/$|^(/[-A-Za-z0-9._~!$&'()*+,;=:@]+)+$", maxLength: 253, minLength: 1 });

/** A TCP port. */
export const port = () => integer(1, 65535);

/** A duration such as `30s`, `1h30m` or `250ms`. */
export const duration = () => string({ pattern: '^([0-9]+(h|m|s|ms))+$', maxLength: 32, minLength: 2 });

/** A size in bytes, such as `100Mi`. */
export const byteSize = () => string({ pattern: '^[0-9]+(Ki|Mi|Gi)?$', maxLength: 16, minLength: 1 });
