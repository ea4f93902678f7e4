import type { RequireHttpsPolicy } from '../../config/types.ts';
import type { ClientConnection } from '../../listener/types.ts';
import type { Fault } from '../faults.ts';
import { Field } from '../http1/field-names.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { LocalResponse } from '../local-response.ts';

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
  const told = listOf(fields.values(bytes, Field.XForwardedProto)).map((scheme) => scheme.toLowerCase());
  const hops = fields.values(bytes, Field.Forwarded);
  const standard = hops.length === 0 ? [] : schemesOf(hops.join(','));
  if (standard === null) {
    return false;
  }
  const last = told.length > 0 ? told.at(-1) : standard.at(-1);
  const all = [...told, ...standard.filter((scheme) => scheme !== null)];
  return typeof last === 'string' && all.every((scheme) => SECURE.has(scheme));
}

function listOf(values: readonly string[]): readonly string[] {
  return values
    .join(',')
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** One element of Forwarded (RFC 7239 section 4) with what stands around it. */
const ELEMENT = /^[ \t]*((?:[^",]|"(?:[^"\\]|\\.)*")*)(,|$)/;
const PROTO = /(?:^|;)[ \t]*proto=(?:"([^"\\]*)"|([^;"\s]*))[ \t]*(?=;|$)/gi;

/** The scheme in each element, in lower case, null for one that names none; null for a list that can't be read. */
function schemesOf(list: string): readonly (string | null)[] | null {
  const schemes: (string | null)[] = [];
  for (let rest = list; ;) {
    const [whole = '', element, end] = ELEMENT.exec(rest) ?? [];
    if (element === undefined) {
      return null;
    }
    const [scheme, second] = [...element.matchAll(PROTO)].map((match) => match[1] ?? match[2] ?? '');
    if (second !== undefined) {
      return null;
    }
    if (element.trim() !== '') {
      schemes.push(scheme?.toLowerCase() ?? null);
    }
    if (end === '') {
      return schemes;
    }
    rest = rest.slice(whole.length);
  }
}
