import type { ReferrerPolicy } from './referrer-policies.ts';

/**
 * What is done with requests and responses on their way. A policy that a route has counts in place of its frontend's; `headers` alone
 * are brought together, by the names of the fields.
 */
export interface RoutePolicies {
  readonly headers?: HeadersPolicy;
  /** By which fields servers are told of the hops before them. Left out: `XForwarded`. */
  readonly forwarded?: ForwardedFields;
  /** Left out: what the servers say of other origins is passed on. */
  readonly cors?: CorsPolicy;
  /** Left out: whatever is sound is passed on. */
  readonly requestFilter?: RequestFilterPolicy;
  /** Left out: everybody whose connection is accepted. */
  readonly sources?: SourcesPolicy;
  /** Left out: as many requests as there is room for. */
  readonly rateLimit?: RateLimitPolicy;
  /** Left out: what the servers say is passed on. */
  readonly securityHeaders?: SecurityHeadersPolicy;
}

/**
 * What browsers are to be careful about: X-Content-Type-Options, Referrer-Policy and X-Frame-Options in place of what servers send, and
 * Content-Security-Policy beside it. Fields that `headers` name for responses are left to these.
 */
export interface SecurityHeadersPolicy {
  readonly referrerPolicy: ReferrerPolicy;
  /** Who may show a page in a frame. */
  readonly frames: 'None' | 'SameOrigin' | 'Any';
  /** Only with `SameOrigin`, beside it. */
  readonly frameOrigins: readonly string[];
}

/**
 * How many requests a client may make: a bucket that holds `burst` of them, and is filled by `requests` in each window. Of several workers
 * each has its part.
 */
export interface RateLimitPolicy {
  readonly requests: number;
  readonly windowMs: number;
  readonly burst: number;
  /** What tells clients apart; those who send no such field or cookie are told apart by their address. */
  readonly key: 'Source' | 'Header' | 'Cookie';
  /** Of the field or the cookie; only, and always, with these. */
  readonly name?: string;
}

/**
 * Which clients may ask, by ranges (CIDR) of their addresses; behind `trustedSources` the address that these tell. Who is in both lists
 * may not.
 */
export interface SourcesPolicy {
  /** Empty: all. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** Which requests servers are meant to get. An empty list stands for no rule. */
export interface RequestFilterPolicy {
  /** As clients write them; GET stands for HEAD, too. */
  readonly methods: readonly string[];
  readonly allowedPaths: readonly PathPattern[];
  /** They count before those that are allowed. */
  readonly deniedPaths: readonly PathPattern[];
  /** Of requests that have a body. `text/*`: all subtypes. */
  readonly contentTypes: readonly string[];
  /** Bytes of a body, beside the limit of the frontend. 0: no limit of its own. */
  readonly bodyBytes: number;
  /** Field lines. */
  readonly headerCount?: number;
  /** Bytes of the field lines, as HTTP/1.1 writes them. */
  readonly headerBytes?: number;
}

/** A path without query. `Prefix`: itself and what is below it, by whole segments. */
export interface PathPattern {
  readonly path: string;
  readonly match: 'Prefix' | 'Exact';
}

/**
 * Which pages of other origins may read responses (the CORS protocol of the Fetch standard). The proxy alone answers: preflights are not
 * forwarded, and what servers say of it is removed.
 */
export interface CorsPolicy {
  /** `scheme://host` or `scheme://host:port` as browsers write it; a host that begins with `*.` stands for one more label. `*`: all. */
  readonly origins: readonly string[];
  /** GET, HEAD and POST need not be named; upper and lower case differ. `*`: all. */
  readonly methods: readonly string[];
  /** Of requests. `*`: all but Authorization. */
  readonly headers: readonly string[];
  /** Of responses. `*`: all. */
  readonly exposedHeaders: readonly string[];
  /** Not with a `*` alone in any of the lists. */
  readonly credentials: boolean;
  /** How long a browser remembers the answer to a preflight. */
  readonly maxAgeSeconds: number;
}

/** `XForwarded`: X-Forwarded-For, -Host, -Port and -Proto. `Both`: these, and Forwarded (RFC 7239). */
export type ForwardedFields = 'XForwarded' | 'Both';

/** What a frontend may have beside what routes may: the policies that count for a host as a whole. */
export interface FrontendPolicies extends RoutePolicies {
  /** Only with HTTPS, and with HTTP beside `requireHttps`. Left out: what the servers say is passed on. */
  readonly hsts?: HstsConfig;
  /** HTTP only. Left out: how clients came to the load balancer before this proxy is not looked at. */
  readonly requireHttps?: RequireHttpsPolicy;
}

/**
 * What becomes of requests that have not come by HTTPS to the load balancer before this proxy. That they have is believed of
 * `trustedSources` that say so in X-Forwarded-Proto or Forwarded, and of those whose PROXY headers are read.
 */
export interface RequireHttpsPolicy {
  /** `Redirect`: to the same address by HTTPS. `Refuse`: 403. */
  readonly action: 'Redirect' | 'Refuse';
  /** Where HTTPS is spoken, for the redirect. */
  readonly redirectPort: number;
  /** Destination ports in PROXY headers behind which the load balancer ends TLS; a header that tells of TLS itself needs none. */
  readonly tlsPorts: readonly number[];
}

/** Changes to header fields, after hop-by-hop fields have been removed and the proxy's own were made. */
export interface HeadersPolicy {
  readonly request?: HeaderRules;
  /** They count for the final response, answers of the proxy itself included, and not for interim ones. */
  readonly response?: HeaderRules;
}

/** Upper and lower case of names are the same. No rule may name a reserved field (`reserved-fields.ts`). */
export interface HeaderRules {
  /** They take the place of all fields of their name; each name once, and not in `remove`. */
  readonly set: readonly HeaderField[];
  /** They stand beside the fields of their name. */
  readonly add: readonly HeaderField[];
  readonly remove: readonly string[];
}

/** One header field; printable ASCII. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** One Strict-Transport-Security field (RFC 6797) in every final response, whatever the server sends. */
export interface HstsConfig {
  /** Whole seconds, as the field has them. */
  readonly maxAgeSeconds: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
}
