import { isIP } from 'node:net';
import { hostAndPort } from '../../addresses/host-and-port.ts';
import type { TargetStatus } from '../../config/status.ts';
import type { BackendConfig, ForwardConfig } from '../../config/types.ts';
import { lookupAll, type Lookup } from '../../upstream/resolver.ts';
import { Approvals, type Approval } from './approvals.ts';
import { addressCheck, checkedLookup, type AddressCheck } from '../../upstream/checked-lookup.ts';
import { FewAtATime } from '../../upstream/few-at-a-time.ts';
import { NamedUpstream } from './named-upstream.ts';
import type { Target } from './target.ts';

/** Of the four threads that look names up, half are left to the names of backends. */
const lookups = new FewAtATime(2);

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
  upstream(target: Target): NamedUpstream | null {
    const approval = this.allowed.of(target);
    // An address is approved by its own entry alone, which says that it is meant.
    if (approval === null || (isIP(target.host) !== 0 && !approval.exact)) {
      return null;
    }
    const key = hostAndPort(target);
    const upstream = this.#upstreams.get(key) ?? this.#build(target, key, approval);
    this.#upstreams.delete(key);
    this.#upstreams.set(key, upstream);
    upstream.asked();
    this.#makeRoom();
    return upstream;
  }

  /** What is known of the targets; the one that was asked last comes first. */
  status(): readonly KnownTarget[] {
    return [...this.#upstreams.values()].reverse().flatMap((upstream) =>
      upstream.config.servers.map(({ host, port }) => ({
        host,
        port,
        listed: upstream.target.listed,
        ...upstream.found(),
      })),
    );
  }

  /** Ends what is idle; connections in use stay. */
  retire(): void {
    for (const upstream of this.#upstreams.values()) {
      upstream.retire();
    }
    this.#upstreams.clear();
  }

  #build(target: Target, label: string, approval: Approval): NamedUpstream {
    const few: Lookup = async (host) => lookups.run(() => this.#lookup(host));
    const lookup = checkedLookup(few, this.#check, approval);
    return new NamedUpstream(backendOf(this.config, target, this.#label), this.#trustPems, {
      target: { label, listed: approval.listed },
      lookup,
    });
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

/** What requests have found out about a target. */
export interface KnownTarget extends TargetStatus {
  /** True when an entry of the approved hosts names host and port. */
  readonly listed: boolean;
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
