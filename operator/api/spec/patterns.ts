import { QUANTITY_PATTERN } from '../schema/builder.ts';

/** A regular expression (the syntax that RE2 and JavaScript share) and in words what it admits. */
interface Pattern {
  readonly pattern: string;
  /** Completes "must be ...". */
  readonly words: string;
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Every pattern of the schema. */
export const PATTERNS = {
  entryName: {
    pattern: `^${LABEL}$`,
    words: 'lower-case letters, digits and hyphens, such as `web-1`',
  },
  resourceName: {
    pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
    words: 'lower-case letters, digits and hyphens, with a letter first, as Services are named after it',
  },
  dataKey: {
    pattern: '^[-._a-zA-Z0-9]+$',
    words: 'a key of a Secret: letters, digits, `-`, `_` and `.`',
  },
  subdomain: {
    pattern: `^${LABEL}(\\.${LABEL})*$`,
    words: 'lower-case letters, digits, hyphens and dots, such as `twc.example.com`',
  },
  hostname: {
    pattern: `^(\\*\\.)?${LABEL}(\\.${LABEL})*$`,
    words: 'a host name in lower case, such as `twc.example.com` or `*.example.com`',
  },
  serverHost: {
    pattern: '^[-a-zA-Z0-9._:]+$',
    words: 'a DNS name or an IP address, without scheme, path and brackets',
  },
  urlPath: {
    pattern: "^/$|^(/[-A-Za-z0-9._~!$&'()*+,;=:@]+)+$",
    words: 'a path such as `/webapp`, without a slash at its end and without a query',
  },
  redirectTarget: {
    pattern: '^(https?://[!-.0-~]+)?/[!-~]*$',
    words: 'a path such as `/webapp`, or a URL with a path such as `https://twc.example.com/`',
  },
  duration: {
    pattern: '^([0-9]+(h|m|s|ms))+$',
    words: 'a duration such as `30s`, `1h30m` or `250ms`',
  },
  byteSize: {
    pattern: '^[0-9]+(Ki|Mi|Gi)?$',
    words: 'a number of bytes such as `65536` or `100Mi`',
  },
  fingerprint: {
    pattern: '^[0-9a-fA-F]{64}$',
    words: '64 hexadecimal digits without colons',
  },
  quantity: {
    pattern: QUANTITY_PATTERN,
    words: 'a quantity such as `500m`, `2` or `256Mi`',
  },
} as const satisfies Readonly<Record<string, Pattern>>;
