import type { AddressRules, ForwardConfig } from './forward-types.ts';
import type { RoutePolicies, FrontendPolicies } from './policy-types.ts';

export type { AddressRules, ForwardConfig, ForwardCookies, ForwardTlsConfig } from './forward-types.ts';

export type {
  CorsPolicy,
  ForwardedFields,
  FrontendPolicies,
  HeaderField,
  HeaderRules,
  HeadersPolicy,
  HstsConfig,
  PathPattern,
  RateLimitPolicy,
  RequestFilterPolicy,
  RequireHttpsPolicy,
  RoutePolicies,
  SecurityHeadersPolicy,
  SourcesPolicy,
} from './policy-types.ts';

/**
 * ProxyConfig is the contract between whoever writes the configuration (the operator, `tproxy run`, or a
 * person) and the proxy: one JSON document, validated as a whole, that says everything the proxy does.
 *
 * Durations are integers in milliseconds, sizes are integers in bytes, file names are relative to the folder
 * of the configuration file unless they are absolute. Names are DNS labels and unique within their list.
 */
export interface ProxyConfig {
  readonly version: 1;
  readonly accessLog: AccessLog;
  readonly certificates: readonly CertificateConfig[];
  readonly frontends: readonly FrontendConfig[];
  readonly backends: readonly BackendConfig[];
}

/** Which finished connections and requests are logged: none, only those that failed, or all of them. */
export type AccessLog = 'Off' | 'Errors' | 'All';

/** One certificate chain with its key, both PEM. */
export interface CertificateConfig {
  readonly name: string;
  /** File with the chain, leaf first. */
  readonly chainFile: string;
  /** File with the private key of the leaf, PKCS#8 and not encrypted. */
  readonly keyFile: string;
  /**
   * SHA-256 (64 lower-case hex digits) of the bytes of `chainFile`. The configuration and the certificates are
   * mounted from two objects that change at different moments: with this digest the proxy waits until both
   * belong together and serves the old generation until then. Left out: whatever the file holds is served.
   */
  readonly chainSha256?: string;
}

/** What a frontend does with the bytes: TCP passes them on, TLS ends TLS and passes the rest on, HTTP and HTTPS route requests. */
export type FrontendProtocol = 'TCP' | 'TLS' | 'HTTP' | 'HTTPS';

/** One listener and what happens to its connections. */
export interface FrontendConfig {
  readonly name: string;
  /** Address that the listener is bound to; `::` is every address, IPv4 and IPv6. */
  readonly address: string;
  /** Port that the listener is bound to, 1 to 65535. */
  readonly port: number;
  /** Port that clients connect to; it differs from `port` behind a Service. Used for X-Forwarded-Port and for redirects. */
  readonly publicPort: number;
  readonly protocol: FrontendProtocol;
  /** Left out: nobody's PROXY header is read, and one that comes is taken for data. */
  readonly proxyProtocol?: ProxyProtocolConfig;
  /** Names of certificates, only with TLS and HTTPS; the first one is served when no name matches. */
  readonly certificates: readonly string[];
  /** TLS and HTTPS: clients are asked for a certificate. Left out: none is asked for. */
  readonly clientCertificates?: ClientCertificatesConfig;
  /** Host names that are served, lower case; a `*.` at the start stands for one label. Empty: every host name. Only with HTTP and HTTPS. */
  readonly hostnames: readonly string[];
  /** HTTP and HTTPS: the longest path wins, whole segments only (`/osmc` serves `/osmc` and `/osmc/x`, not `/osmcx`). */
  readonly routes: readonly RouteConfig[];
  /** TCP: where TLS connections go by the name that they ask for; they are passed on as they are. */
  readonly sniRoutes?: readonly SniRouteConfig[];
  /** HTTP and HTTPS: exact paths that are answered by a redirect; looked up before the routes. */
  readonly redirects: readonly RedirectConfig[];
  /** Backend of TCP and TLS frontends, with `sniRoutes` that of what none of them takes (left out: it is closed); with HTTP and HTTPS the backend of what no route matches (left out: 404). */
  readonly backend?: string;
  /** Source ranges (CIDR) that clients may come from; left out or empty: everybody. */
  readonly sourceRanges?: readonly string[];
  /** Source ranges (CIDR) whose X-Forwarded-* fields are kept and extended; from everybody else they are replaced. */
  readonly trustedSources: readonly string[];
  /** HTTP and HTTPS. Left out: nothing is done. */
  readonly policies?: FrontendPolicies;
  readonly limits: FrontendLimits;
  readonly timeouts: FrontendTimeouts;
}

/**
 * From whom a PROXY header (version 1 or 2) is taken, which tells the address of the client behind a load balancer. Connections of
 * `trusted` sources have to begin with one (`Required`), or may (`Optional`: their client has to send the first byte, so that it can be
 * seen what it is). `Required` refuses all other sources; with `Optional` these are served as they come, and a header of theirs is data.
 */
export interface ProxyProtocolConfig {
  readonly accept: 'Optional' | 'Required';
  /** Source ranges (CIDR), at least one. */
  readonly trusted: readonly string[];
}

/** Which clients may connect: those with a certificate whose chain ends at one of these. */
export interface ClientCertificatesConfig {
  /** PEM files whose certificates are trust anchors, self-signed or not; at least one. */
  readonly trustFiles: readonly string[];
  /** `Optional`: a client may also show none; one that is shown has to be good all the same. Left out: `Required`. */
  readonly mode?: ClientCertificateMode;
  /** HTTPS: the field by which servers are told the certificate. Left out: they are not told. */
  readonly forward?: ClientCertificateField;
}

export type ClientCertificateMode = 'Required' | 'Optional';

/** `ClientCert`: the certificate of RFC 9440, in Client-Cert. */
export type ClientCertificateField = 'ClientCert';

/** One routing rule of an HTTP frontend: either to a backend, or to where the request says. */
export interface RouteConfig {
  /** Absolute path prefixes such as `/webapp`; `/` matches everything. */
  readonly paths: readonly string[];
  readonly backend?: string;
  readonly forward?: ForwardConfig;
  /** What counts for these requests beyond, or in place of, the frontend's. */
  readonly policies?: RoutePolicies;
}

/** Server names that lead to a backend. */
export interface SniRouteConfig {
  /** Lower case, at least one; a `*.` at the start stands for one label. */
  readonly hostnames: readonly string[];
  readonly backend: string;
}

/** One exact path that is answered with a redirect to a path on the same host, or to an absolute URL. */
export interface RedirectConfig {
  readonly from: string;
  readonly to: string;
  readonly status: 301 | 302 | 307 | 308;
}

/** Bounds of what a client may send or hold. */
export interface FrontendLimits {
  /** Open client connections on this frontend. */
  readonly connections: number;
  /** Those of one source: an IPv4 address, or an IPv6 /64 network. Left out: no limit of their own. */
  readonly connectionsPerSource?: number;
  /** Bytes of a request's start line and header section together. */
  readonly headerBytes: number;
  /** Bytes of a request body; more is answered with 413. 0: no limit. */
  readonly bodyBytes: number;
  /** HTTP and HTTPS. Left out: `DEFAULT_MINIMUM_RATE`. */
  readonly minimumRate?: MinimumRate;
}

/**
 * How slow a client may be at sending a request's body, and at taking a response, while the proxy waits for nothing else. What is not
 * there to be sent or taken is not waited for: pauses of the server, events that come now and then, tunnels.
 */
export interface MinimumRate {
  /** 0: there is no minimum. */
  readonly bytesPerSecond: number;
  /** How long a client may stand still; one that does half of the rate may go on for twice as long, and so on. */
  readonly tolerance: number;
}

/** Every wait of a connection has a name here. */
export interface FrontendTimeouts {
  /** PROXY header, where one is read, from accept to complete; and then the TLS handshake, or the ClientHello that `sniRoutes` look at. */
  readonly handshake: number;
  /** One attempt to connect to a server, TLS handshake with it included. */
  readonly connect: number;
  /** Layer 4, and upgraded connections: no byte in either direction. */
  readonly idle: number;
  /** From the first byte of a request to the end of its header section. */
  readonly header: number;
  /** From the end of a request's header section to the end of its response: no byte in either direction for this long ends it. */
  readonly request: number;
  /** Keep-alive: from the end of one response to the first byte of the next request. */
  readonly keepAlive: number;
  /** Layer 4: no byte for this long after one side has closed its half. */
  readonly halfClose: number;
  /** How long connections of a frontend that was removed, or of a proxy that shuts down, may live on. */
  readonly drain: number;
}

/** How a server is chosen: by a consistent hash of the client's address, in turn, or by the fewest open connections. */
export type Balance = 'SourceAddress' | 'RoundRobin' | 'LeastConnections';

/** What is spoken to the servers: `TCP` and `TLS` for layer 4, `HTTP` and `HTTPS` for requests. */
export type BackendProtocol = 'TCP' | 'TLS' | 'HTTP' | 'HTTPS';

/** Which version of the PROXY protocol is spoken: a line of text, or binary. */
export type ProxyProtocolVersion = 'V1' | 'V2';

/** A group of equal servers. */
export interface BackendConfig {
  readonly name: string;
  readonly protocol: BackendProtocol;
  readonly balance: Balance;
  readonly servers: readonly ServerConfig[];
  /** Left out: connections to the servers begin without a PROXY header. */
  readonly proxyProtocol?: ProxyProtocolVersion;
  /** Only, and always, with TLS and HTTPS. */
  readonly tls?: UpstreamTlsConfig;
  readonly health: HealthConfig;
  /** Left out: the servers have no other limits than those of the frontends. */
  readonly limits?: BackendLimits;
  /** Only with HTTP and HTTPS: a cookie keeps a client with the server that it had first. Left out: there is none. */
  readonly stickyCookie?: StickyCookieConfig;
  /** Where the servers' names may lead, as if a request had said them. Left out: anywhere. */
  readonly addresses?: AddressRules;
}

/** Bounds of what the proxy asks of a server at a time. */
export interface BackendLimits {
  /**
   * Connections in use that each server may have from this proxy; each worker has its part of them, and one at least. Where the server
   * that is next in turn has them all, another one is taken; where all have, the client waits.
   */
  readonly connections: number;
  /** How long a client waits before it is sent away (HTTP: 503 with Retry-After). */
  readonly queueTimeout: number;
}

/**
 * A cookie that names a server, for as long as the browser runs, in a way that tells nothing of it without the key. It counts before
 * `balance` and before weights; while its server is down the client gets another server, and that one's cookie. The servers see it too.
 */
export interface StickyCookieConfig {
  readonly name: string;
  /** Who may make the browser send it from another site. */
  readonly sameSite: 'Lax' | 'Strict' | 'None';
  /** 64 lower-case hex digits, the same for all replicas. */
  readonly key: string;
}

/** How it is found out whether servers work. */
export interface HealthConfig {
  /** Left out: nobody asks the servers how they are. */
  readonly active?: HealthCheckConfig;
  readonly passive: PassiveHealthConfig;
  /**
   * RoundRobin and LeastConnections: a server that is new or has come back gets more and more of its share for so long, beginning with
   * a tenth. 0: all of it at once.
   */
  readonly slowStart: number;
}

/**
 * What failing traffic says. A server that can't be connected to is avoided at once, for a second at first and twice as long each time,
 * up to half a minute.
 */
export interface PassiveHealthConfig {
  /**
   * HTTP and HTTPS: a server with so many failed exchanges in a row (no response, a malformed one, or status 502, 503 or 504) is
   * avoided in the same way, but never more than half of the servers.
   */
  readonly failures: number;
}

/**
 * How each server is asked, once for all workers, whether it works. One that does not is sent nothing while there is another. The first
 * answer counts at once; after that it takes as many in a row as the thresholds say.
 */
export interface HealthCheckConfig {
  /**
   * What is spoken: `TCP` connects, `TLS` shakes hands as well, `HTTP` and `HTTPS` send a request. A certificate is verified as it is for
   * the traffic: by `tls`, and not at all where the backend speaks TCP and its clients end TLS themselves.
   */
  readonly protocol: BackendProtocol;
  /** HTTP and HTTPS, and always there: what is asked for. */
  readonly path?: string;
  /** HTTP and HTTPS: the one status that counts as healthy; left out: 200 to 399. */
  readonly expectedStatus?: number;
  /** From the beginning of one check to the beginning of the next, more or less by a tenth. */
  readonly interval: number;
  /** For one check in all. */
  readonly timeout: number;
  /** Checks in a row that a server which is down has to pass. */
  readonly healthyThreshold: number;
  /** Checks in a row that a server which is up has to fail. */
  readonly unhealthyThreshold: number;
}

/** One server; a host name that resolves to several addresses counts as that many servers. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  /**
   * Its share of the clients, beside the other servers' (left out: 1). 0: it is given no client as long as any other server can be
   * reached.
   */
  readonly weight?: number;
}

/** How the servers' certificates are verified. */
export interface UpstreamTlsConfig {
  /**
   * `Chain`: the chain ends at a certificate of `trustFiles` (or at a public root where there are none) and covers `serverName`.
   * `Pinned`: the leaf's SHA-256 fingerprint is in `pinnedSha256`; nothing else is looked at.
   * `None`: whoever answers is believed.
   */
  readonly verify: 'Chain' | 'Pinned' | 'None';
  /** PEM files whose certificates are trust anchors, self-signed or not. */
  readonly trustFiles: readonly string[];
  /** SHA-256 fingerprints of leaf certificates, 64 lower-case hex digits each. */
  readonly pinnedSha256: readonly string[];
  /** Name sent as SNI and looked for in the certificate; left out: the server's host. */
  readonly serverName?: string;
}
