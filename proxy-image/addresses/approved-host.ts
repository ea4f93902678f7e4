import { isIP } from 'node:net';
import { canonicalHost } from './canonical-host.ts';
import { reachOf } from './reach.ts';

/** An entry of a list of approved hosts. */
export interface ApprovedHost {
  /** In canonical spelling; of an entry with a wildcard what stands behind the `*`, with its dot. */
  readonly host: string;
  /** True when exactly one more label has to stand before it. */
  readonly wildcard: boolean;
  /** `Default`: the port that the protocol has, or that the list says. */
  readonly port: number | 'Default' | 'Any';
}

const ENTRY = /^(\*\.)?(\[[^\]]*\]|[^:[\]]+)(?::(\*|[1-9][0-9]{0,4}))?$/;

/**
 * Reads `host`, `*.domain` (one more label), an address (IPv6 in brackets), each with `:port` or `:*` for every port, or without a port.
 * Null for what is not written in the canonical spelling, so that it is what it looks like, and for addresses that are no host's.
 */
export function readApprovedHost(text: string): ApprovedHost | null {
  const [, star, name = '', port] = ENTRY.exec(text) ?? [];
  const host = canonicalHost(name);
  if (host === null || host !== name.replace(/^\[|\]$/g, '') || Number(port) > 65_535) {
    return null;
  }
  const isAddress = isIP(host) !== 0;
  if (isAddress && (star !== undefined || reachOf(host) === 'Nobody')) {
    return null;
  }
  return {
    host: star === undefined ? host : `.${host}`,
    wildcard: star !== undefined,
    port: port === undefined ? 'Default' : port === '*' ? 'Any' : Number(port),
  };
}
