import { QUANTITY_PATTERN } from '../schema/builder.ts';

/** A regular expression (the syntax that RE2 and JavaScript share) and in words what it admits. */
interface Pattern {
  /** What is written so, for the reference. */
  readonly name: string;
  readonly pattern: string;
  /** Completes "must be ...". */
  readonly words: string;
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Every pattern of the schema. */
export const PATTERNS = {
  entryName: {
    name: 'name',
    pattern: `^${LABEL}$`,
    words: 'lower-case letters, digits and hyphens, such as `web-1`',
  },
  resourceName: {
    name: 'resource name',
    pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
    words: 'lower-case letters, digits and hyphens, with a letter first, as Services are named after it',
  },
  dataKey: {
    name: 'key',
    pattern: '^[-._a-zA-Z0-9]+$',
    words: 'a key of a Secret: letters, digits, `-`, `_` and `.`',
  },
  subdomain: {
    name: 'DNS name',
    pattern: `^${LABEL}(\\.${LABEL})*$`,
    words: 'lower-case letters, digits, hyphens and dots, such as `twc.example.com`',
  },
  qualifiedName: {
    name: 'qualified name',
    pattern: `^(${LABEL}(\\.${LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`,
    words: 'a name with an optional prefix, such as `example.com/internal`',
  },
  metadataKey: {
    name: 'key',
    pattern: '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
    words: 'a name of at most 63 characters with an optional prefix, such as `example.com/team`',
  },
  hostname: {
    name: 'host name',
    pattern: `^(\\*\\.)?${LABEL}(\\.${LABEL})*$`,
    words: 'a host name in lower case, such as `twc.example.com` or `*.example.com`',
  },
  serverHost: {
    name: 'host',
    pattern: '^[-a-zA-Z0-9._:]+$',
    words: 'a DNS name or an IP address, without scheme, path and brackets',
  },
  reservedName: {
    name: 'reserved name',
    pattern: '^[-_.,/a-zA-Z0-9]+$',
    words: 'the name or id of a reserved address, such as `eipalloc-0123456789abcdef0`',
  },
  urlPath: {
    name: 'path',
    pattern: "^/$|^(/[-A-Za-z0-9._~!$&'()*+,;=:@]+)+$",
    words: 'a path such as `/webapp`, without a slash at its end and without a query',
  },
  redirectTarget: {
    name: 'redirect target',
    pattern: '^(https?://[!-.0-~]+)?/[!-~]*$',
    words: 'a path such as `/webapp`, or a URL with a path such as `https://twc.example.com/`',
  },
  duration: {
    name: 'duration',
    pattern: '^([0-9]+(h|m|s|ms))+$',
    words: 'a duration such as `30s`, `1h30m` or `250ms`',
  },
  byteSize: {
    name: 'size',
    pattern: '^[0-9]+(Ki|Mi|Gi)?$',
    words: 'a number of bytes such as `65536` or `100Mi`',
  },
  fingerprint: {
    name: 'fingerprint',
    pattern: '^[0-9a-fA-F]{64}$',
    words: '64 hexadecimal digits without colons',
  },
  cookieName: {
    name: 'cookie name',
    pattern: '^[a-zA-Z0-9_-]+$',
    words: 'letters, digits, hyphens and underscores',
  },
  fieldName: {
    name: 'header field name',
    pattern: "^[-!#$%&'*+.^_~0-9A-Za-z]+$",
    words:
      'the name of a header field, such as `X-Frame-Options`: letters, digits and hyphens, no blank and no colon',
  },
  fieldValue: {
    name: 'header field value',
    pattern: '^[!-~]([\\t -~]*[!-~])?$',
    words: 'one line of printable ASCII without blanks at its ends',
  },
  origin: {
    name: 'origin',
    pattern: `^(\\*|https?://(\\*\\.)?${LABEL}(\\.${LABEL})*(:[1-9][0-9]{0,4})?)$`,
    words:
      'an origin as browsers write it, such as `https://app.example.com`, `https://*.example.com` or `http://localhost:3000`: lower case, no path, no slash at its end; or `*`',
  },
  approvedHost: {
    name: 'approved host',
    pattern: `^((\\*\\.)?${LABEL}(\\.${LABEL})*|\\[[0-9a-f:.]+\\])(:([1-9][0-9]{0,4}|\\*))?$`,
    words:
      'a host such as `tm1.example.com`, `*.example.com` or `[fd00::5]`, in lower case (names of other scripts as `xn--...`), with `:8010` for another port than the usual one or `:*` for every port',
  },
  method: {
    name: 'method',
    pattern: '^(\\*|[A-Z][-_A-Z0-9]*)$',
    words: 'a method in upper case, such as `PUT`; or `*`',
  },
  pageOrigin: {
    name: 'origin',
    pattern: `^https?://(\\*\\.)?${LABEL}(\\.${LABEL})*(:[1-9][0-9]{0,4})?$`,
    words:
      'an origin as browsers write it, such as `https://app.example.com` or `https://*.example.com`: lower case, no path, no slash at its end',
  },
  requestMethod: {
    name: 'method',
    pattern: '^[A-Z][-_A-Z0-9]*$',
    words: 'a method in upper case, such as `PUT`',
  },
  contentType: {
    name: 'media type',
    pattern: "^[-!#$%&'+.^_~0-9A-Za-z]+/([-!#$%&'+.^_~0-9A-Za-z]+|\\*)$",
    words: 'a media type without parameters, such as `application/json` or `text/*`',
  },
  quantity: {
    name: 'quantity',
    pattern: QUANTITY_PATTERN,
    words: 'a quantity such as `500m`, `2` or `256Mi`',
  },
} as const satisfies Readonly<Record<string, Pattern>>;

const byExpression: ReadonlyMap<string, Pattern> = new Map(
  Object.values(PATTERNS).map((entry) => [entry.pattern, entry]),
);

/** What a pattern is called and admits; of a pattern that is not one of these, the expression itself. */
export function describePattern(pattern: string): Pattern {
  return byExpression.get(pattern) ?? { name: 'string', pattern, words: `what matches ${pattern}` };
}
