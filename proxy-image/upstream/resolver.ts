import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AddressRefused } from './errors.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host name; rejects when there is none. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

/** How long an answer counts, and how long after a failure the resolver is left alone. Milliseconds. */
const FRESH_FOR = 5_000;
const RETRY_AFTER = 1_000;

export async function lookupAll(host: string): Promise<readonly Address[]> {
  return lookup(host, { all: true, order: 'ipv4first' });
}

/**
 * The addresses of one host name. An answer that has become old is still used while a new one is fetched, and the last good answer is
 * kept for as long as the resolver fails: a DNS outage must not become an outage of the servers.
 */
export class ResolvedName {
  readonly host: string;
  readonly #lookup: Lookup;
  #addresses: readonly Address[] | null = null;
  #error: string | null = null;
  #askAgainAt = 0;
  #pending: Promise<void> | null = null;

  constructor(host: string, lookup: Lookup) {
    this.host = host;
    this.#lookup = lookup;
    const family = isIP(host);
    if (family !== 0) {
      this.#addresses = [{ address: host, family }];
      this.#askAgainAt = Number.POSITIVE_INFINITY;
    }
  }

  /** True while a lookup is under way. */
  get pending(): boolean {
    return this.#pending !== null;
  }

  /** Why the last lookup failed; null when it did not. */
  get error(): string | null {
    return this.#error;
  }

  /** The addresses known at `now`; null until the first answer. Starts a lookup in the background when they are old. */
  addresses(now: number): readonly Address[] | null {
    if (now >= this.#askAgainAt && this.#pending === null) {
      this.#pending = this.#resolve(now);
    }
    return this.#addresses;
  }

  /** Settles (never rejects) when no lookup is under way. */
  async settled(): Promise<void> {
    await this.#pending;
  }

  async #resolve(now: number): Promise<void> {
    try {
      const addresses = await this.#lookup(this.host);
      this.#error = null;
      // An unchanged answer keeps its identity, so that what is derived from it need not be made again.
      if (this.#addresses === null || !sameAddresses(this.#addresses, addresses)) {
        this.#addresses = addresses;
      }
      this.#askAgainAt = now + FRESH_FOR;
    } catch (error) {
      this.#error =
        error instanceof AddressRefused
          ? error.message
          : `${this.host} can't be resolved (${reason(error)}): check the name and the DNS of this host`;
      this.#askAgainAt = now + RETRY_AFTER;
    } finally {
      this.#pending = null;
    }
  }
}

function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  return a.length === b.length && a.every(({ address }) => b.some((other) => other.address === address));
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
