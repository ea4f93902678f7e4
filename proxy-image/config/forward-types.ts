/**
 * Where requests go whose target they name themselves: the segment of their path behind the route's says `host` or `host:port`, and only
 * what is approved is connected to. An approved host is written as `readApprovedHost` (addresses/approved-host.ts) reads it.
 */
export interface ForwardConfig extends AddressRules {
  /** What is spoken to the targets. */
  readonly protocol: 'HTTPS' | 'HTTP';
  /** Port of a target that says none, and the one port of approved hosts that say none. */
  readonly port: number;
  /** At least one. */
  readonly allowedHosts: readonly string[];
  /**
   * Hosts of sign-on gateways: responses may redirect browsers to them (HTTPS, port 443 where none is said), and pages of theirs may send
   * forms. Other redirects lead to `allowedHosts`, through the proxy, or nowhere.
   */
  readonly oauthAllowedHosts: readonly string[];
  /** Only, and always, with HTTPS. */
  readonly tls?: ForwardTlsConfig;
  /** Targets that each worker has connections to at a time. */
  readonly targets: number;
  /** Left out: the targets' cookies stay as they are, but that each is sent to its own target alone. */
  readonly cookies?: ForwardCookies;
}

/** What becomes of the targets' cookies. */
export interface ForwardCookies {
  /** `None` makes them `Secure` as well. */
  readonly sameSite: 'Lax' | 'Strict' | 'None';
  /** Browsers keep them apart for each site whose pages ask (CHIPS). Only with `None`. */
  readonly partitioned: boolean;
}

/** How the targets' certificates are verified, as `UpstreamTlsConfig` has it; the name that they must cover is the target's. */
export interface ForwardTlsConfig {
  readonly verify: 'Chain' | 'Pinned';
  readonly trustFiles: readonly string[];
  readonly pinnedSha256: readonly string[];
}

/** Where names that requests may say may lead. */
export interface AddressRules {
  /**
   * Ranges (CIDR) that names may resolve to beyond public addresses: private ones where a wildcard has approved the name, and loopback,
   * link-local and the like for all. An exact entry may resolve to a private address, and is connected to where it is such an address.
   */
  readonly allowedAddresses: readonly string[];
  /** Ranges that no name may resolve to, though nothing else speaks against them: those of the cluster. `allowedAddresses` comes first. */
  readonly refusedAddresses: readonly string[];
}
