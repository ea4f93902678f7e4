import type { CorsPolicy, HeaderField, HeaderRules } from '../../config/types.ts';
import { extended, type ResponseRules } from '../headers/rules.ts';

/** Every response field of the CORS protocol, and those of its extension for private networks. */
const ACCESS_CONTROL = [
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Headers',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Private-Network',
  'Access-Control-Expose-Headers',
  'Access-Control-Max-Age',
];

/**
 * What the policy does to every response: nothing of what servers say of other origins is left, and caches are told that the answer
 * depends on who asks, whether this one has been asked by a page or not.
 */
export function corsRules({ origins }: CorsPolicy): HeaderRules {
  return {
    set: [],
    add: origins.includes('*') ? [] : [{ name: 'Vary', value: 'Origin' }],
    remove: ACCESS_CONTROL,
  };
}

/** What pages of an origin are answered with. */
export interface Permission {
  readonly response: ResponseRules;
  readonly preflight: ResponseRules;
}

/** Origins below a wildcard that are remembered, as what they are answered with takes a while to be put together. */
const MAX_RECENT = 256;

/** Decides which pages may read responses (Fetch standard, section "CORS protocol"). */
export class Cors {
  readonly #policy: CorsPolicy;
  readonly #base: ResponseRules | null;
  readonly #exact: ReadonlyMap<string, Permission>;
  /** What follows the label that a wildcard stands for, behind the scheme: `https://.example.com:8443`. */
  readonly #parents: ReadonlySet<string>;
  readonly #everybody: Permission | null;
  readonly #recent = new Map<string, Permission>();

  /** `base`: rules for responses, among them `corsRules`. */
  constructor(policy: CorsPolicy, base: ResponseRules | null) {
    const { origins } = policy;
    this.#policy = policy;
    this.#base = base;
    this.#everybody = origins.includes('*') ? this.#permit('*') : null;
    this.#exact = new Map(
      origins.filter((origin) => !origin.includes('*')).map((origin) => [origin, this.#permit(origin)]),
    );
    this.#parents = new Set(
      origins.filter((origin) => origin.includes('://*.')).map((origin) => origin.replace('*', '')),
    );
  }

  /**
   * What pages of this origin are answered with; null when they are refused. `origin` is compared as it stands: browsers write one origin
   * in one way, and whoever writes it otherwise is none.
   */
  permission(origin: string): Permission | null {
    return (
      this.#everybody ??
      this.#exact.get(origin) ??
      this.#recent.get(origin) ??
      (this.#isBelow(origin) ? this.#remember(origin) : null)
    );
  }

  /** What requests that are no page's are answered with, and pages that are refused. */
  get others(): ResponseRules | null {
    return this.#everybody?.response ?? this.#base;
  }

  #isBelow(origin: string): boolean {
    const [, scheme = '', parent = ''] = ONE_LABEL.exec(origin) ?? [];
    return this.#parents.has(scheme + parent);
  }

  #remember(origin: string): Permission {
    if (this.#recent.size === MAX_RECENT) {
      this.#recent.clear();
    }
    const permission = this.#permit(origin);
    this.#recent.set(origin, permission);
    return permission;
  }

  #permit(origin: string): Permission {
    const { methods, headers, exposedHeaders, credentials, maxAgeSeconds } = this.#policy;
    const common = [
      { name: 'Access-Control-Allow-Origin', value: origin },
      ...(credentials ? [{ name: 'Access-Control-Allow-Credentials', value: 'true' }] : []),
    ];
    return {
      response: extended(this.#base, [...common, ...listed('Access-Control-Expose-Headers', exposedHeaders)]),
      preflight: extended(this.#base, [
        ...common,
        ...listed('Access-Control-Allow-Methods', methods),
        ...listed('Access-Control-Allow-Headers', headers),
        { name: 'Access-Control-Max-Age', value: String(maxAgeSeconds) },
      ]),
    };
  }
}

/** The scheme, a label, and what follows it. A label holds nothing that could end the host: no dot, colon, slash or `@`. */
const ONE_LABEL = /^(https?:\/\/)[a-z0-9_-]{1,63}(\.[a-z0-9._-]+(?::[0-9]{1,5})?)$/;

function listed(name: string, values: readonly string[]): readonly HeaderField[] {
  return values.length === 0 ? [] : [{ name, value: values.join(', ') }];
}

/**
 * True when a page has been served by the host that it asks now. The scheme is left out: before a proxy that ends TLS it is another one
 * here than for the browser. `host` is a Host field.
 */
export function isSameHost(origin: string, host: string): boolean {
  const [, scheme = '', name = ''] = /^(https?):\/\/([^/]+)$/.exec(origin) ?? [];
  const suffix = scheme === 'https' ? ':443' : ':80';
  const asked = host.toLowerCase();
  return name !== '' && name === (asked.endsWith(suffix) ? asked.slice(0, -suffix.length) : asked);
}
