import type { RequireHttpsPolicy } from '../../config/types.ts';
import type { ClientConnection } from '../../listener/types.ts';
import type { Fault } from '../faults.ts';
import { Field } from '../http1/field-names.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { LocalResponse } from '../local-response.ts';
import { forwardedValues } from './forwarded-values.ts';

/** From whom a request has come. */
export interface Sender {
  readonly client: Pick<ClientConnection, 'local' | 'proxied' | 'destinationPort'>;
  /** True for a proxy whose forwarding fields are believed. */
  readonly trusted: boolean;
}

/** What browsers' proxies call the scheme of a WebSocket over TLS; Traefik is one that does. */
const SECURE: ReadonlySet<string> = new Set(['https', 'wss']);

/** `policies.requireHttps`, ready to be carried out. */
export class HttpsRequirement {
  /** Where HTTPS is spoken. */
  readonly port: number;
  readonly #refuses: boolean;
  readonly #tlsPorts: ReadonlySet<number>;

  constructor({ action, redirectPort, tlsPorts }: RequireHttpsPolicy) {
    this.port = redirectPort;
    this.#refuses = action === 'Refuse';
    this.#tlsPorts = new Set(tlsPorts);
  }

  /** What a request is answered with that has not come by HTTPS; null when it may go on. */
  check(head: RequestHead, bytes: Buffer, { client, trusted }: Sender): Fault | LocalResponse | null {
    // A load balancer that connects for itself looks whether all is well.
    if (client.local || this.#endedBefore(client) || (trusted && saysHttps(head, bytes))) {
      return null;
    }
    if (this.#refuses) {
      return 'HttpsRequired';
    }
    const keepsMethod = head.method !== 'GET' && head.method !== 'HEAD';
    return { status: keepsMethod ? 308 : 301, text: '', location: this.#location(head) };
  }

  /** Whether a PROXY header says that the load balancer has ended TLS on this connection. */
  #endedBefore({ proxied, destinationPort }: Sender['client']): boolean {
    return proxied !== null && (proxied.tls || this.#tlsPorts.has(destinationPort));
  }

  #location({ host, target }: RequestHead): string {
    const port = this.port === 443 ? '' : `:${this.port}`;
    return `https://${host}${port}${target.path === null ? '/' : target.target}`;
  }
}

/**
 * Whether the fields of a trusted proxy say that the request has come by HTTPS all the way: whoever is first in the list may be a client that
 * made it up. Where X-Forwarded-Proto says nothing, the last element of Forwarded has to, which is that of the proxy before this one.
 */
function saysHttps({ fields }: RequestHead, bytes: Buffer): boolean {
  const told = listOf(fields.values(bytes, Field.XForwardedProto));
  const hops = fields.values(bytes, Field.Forwarded);
  const standard = hops.length === 0 ? [] : forwardedValues(hops.join(','), 'proto');
  if (standard === null) {
    return false;
  }
  const last = told.length > 0 ? told.at(-1) : standard.at(-1);
  const all = [...told, ...standard.filter((scheme) => scheme !== null)];
  return typeof last === 'string' && all.every((scheme) => SECURE.has(scheme.toLowerCase()));
}

function listOf(values: readonly string[]): readonly string[] {
  return values
    .join(',')
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}
