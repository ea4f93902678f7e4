import type { BackendConfig } from '../config/types.ts';
import type { Upstream } from '../upstream/types.ts';

export type BuildUpstream = (config: BackendConfig, trustPems: readonly string[]) => Upstream;

interface Entry {
  readonly upstream: Upstream;
  users: number;
}

/**
 * The upstreams of all generations. A backend that is defined alike in two generations, trust included, is one upstream: a reload keeps
 * its connections and what it knows of its servers. It is retired when the last generation that uses it has let go.
 */
export class UpstreamRegistry {
  readonly #build: BuildUpstream;
  readonly #entries = new Map<string, Entry>();

  constructor(build: BuildUpstream) {
    this.#build = build;
  }

  /** @throws what building throws, such as for trust that OpenSSL does not take */
  acquire(config: BackendConfig, trustPems: readonly string[]): UpstreamLease {
    const key = JSON.stringify([config, trustPems]);
    const entry = this.#entries.get(key) ?? { upstream: this.#build(config, trustPems), users: 0 };
    this.#entries.set(key, entry);
    entry.users += 1;
    return { upstream: entry.upstream, release: () => this.#release(key, entry) };
  }

  #release(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users === 0) {
      this.#entries.delete(key);
      entry.upstream.retire();
    }
  }
}

export interface UpstreamLease {
  readonly upstream: Upstream;
  /** To be called once. */
  release(): void;
}
