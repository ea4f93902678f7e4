import { isIP } from 'node:net';
import { hostAndPort } from '../../addresses/host-and-port.ts';
import type { BackendConfig, ForwardConfig } from '../../config/types.ts';
import { lookupAll, type Lookup } from '../../upstream/resolver.ts';
import type { Upstream } from '../../upstream/types.ts';
import { Approvals, type Approval } from './approvals.ts';
import { addressCheck, checkedLookup, type AddressCheck } from './checked-lookup.ts';
import { NamedUpstream } from './named-upstream.ts';
import type { Target } from './target.ts';

/** Where the requests of one route may go, and the connections to where they have gone. One generation of one route's `forward`. */
export class ForwardTargets {
  readonly config: ForwardConfig;
  readonly allowed: Approvals;
  /** Sign-on gateways. */
  readonly gateways: Approvals;
  /** What stands for a backend in metrics and messages. */
  readonly #label: string;
  readonly #trustPems: readonly string[];
  readonly #lookup: Lookup;
  readonly #check: AddressCheck;
  /** By `host:port`; the one that was asked last stands last. */
  readonly #upstreams = new Map<string, NamedUpstream>();

  constructor(
    config: ForwardConfig,
    trustPems: readonly string[],
    label = 'forward',
    lookup: Lookup = lookupAll,
  ) {
    this.config = config;
    this.#label = label;
    this.allowed = new Approvals(config.allowedHosts, config.port);
    this.gateways = new Approvals(config.oauthAllowedHosts, HTTPS_PORT);
    this.#trustPems = trustPems;
    this.#lookup = lookup;
    this.#check = addressCheck(config);
  }

  /** The connections to a target; null for one that is not approved. */
  upstream(target: Target): Upstream | null {
    const approval = this.allowed.of(target);
    // An address is approved by its own entry alone, which says that it is meant.
    if (approval === null || (isIP(target.host) !== 0 && !approval.exact)) {
      return null;
    }
    const key = hostAndPort(target);
    const upstream = this.#upstreams.get(key) ?? this.#build(target, approval);
    this.#upstreams.delete(key);
    this.#upstreams.set(key, upstream);
    this.#makeRoom();
    return upstream;
  }

  /** Ends what is idle; connections in use stay. */
  retire(): void {
    for (const upstream of this.#upstreams.values()) {
      upstream.retire();
    }
    this.#upstreams.clear();
  }

  #build(target: Target, approval: Approval): NamedUpstream {
    const lookup = checkedLookup(this.#lookup, this.#check, approval);
    return new NamedUpstream(backendOf(this.config, target, this.#label), this.#trustPems, lookup);
  }

  #makeRoom(): void {
    for (const [key, upstream] of this.#upstreams) {
      if (this.#upstreams.size <= this.config.targets) {
        return;
      }
      this.#upstreams.delete(key);
      upstream.retire();
    }
  }
}

const HTTPS_PORT = 443;

/** A target as a backend with one server; a name with several addresses keeps its clients where they were. */
function backendOf({ protocol, tls }: ForwardConfig, target: Target, name: string): BackendConfig {
  return {
    name,
    protocol,
    balance: 'SourceAddress',
    servers: [target],
    ...(tls === undefined ? {} : { tls }),
    health: { passive: { failures: 3 }, slowStart: 0 },
  };
}
