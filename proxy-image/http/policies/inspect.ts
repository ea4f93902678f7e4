import type { Fault } from '../faults.ts';
import { extendedOwn, type ResponseRules } from '../headers/rules.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { LocalResponse } from '../local-response.ts';
import { requestedUpgrade } from '../upgrade.ts';
import { clientAddress, type Peer } from './client-address.ts';
import type { CompiledPolicies } from './compile.ts';
import { isSameHost, type Cors } from './cors.ts';
import { joinedValue } from './fields.ts';
import type { Refusal } from './request-filter.ts';

/** What the policies have to say of a request. */
export interface Inspection {
  /** What counts for the response, whoever gives it; null for nothing. */
  readonly rules: ResponseRules | null;
  /** What the request is answered with in place of being forwarded; null when it goes on. */
  readonly verdict: Fault | LocalResponse | null;
}

const ORIGIN = Buffer.from('origin');
const REQUEST_METHOD = Buffer.from('access-control-request-method');
const PREFLIGHT: LocalResponse = { status: 204, text: '' };

/** What is to be known of a request beside its head. */
export interface Asked {
  /** Whether there is anything to be had where it asks. */
  readonly leads: boolean;
  readonly peer: Peer;
}

/** Asks the policies one after the other. `bytes` are what the head was read from. */
export function inspect(
  head: RequestHead,
  bytes: Buffer,
  policies: CompiledPolicies,
  { leads, peer }: Asked,
): Inspection {
  const { cors, filter, rate, sources, response } = policies;
  const asked = cors === null ? { rules: response, verdict: null } : inspectOrigin(head, bytes, cors);
  if (sources?.(clientAddress(peer, head.fields, bytes)) === false) {
    return { rules: asked.rules, verdict: 'SourceRefused' };
  }
  if (asked.verdict !== null || !leads) {
    return asked;
  }
  // What the filter refuses costs a client nothing: it costs no server anything.
  const refusal = filter?.check(head, bytes) ?? rate?.check(head, bytes, peer) ?? null;
  return refusal === null ? asked : refusedBy(refusal, asked.rules);
}

function refusedBy({ fault, fields }: Refusal, rules: ResponseRules | null): Inspection {
  return { rules: extendedOwn(rules, fields), verdict: fault };
}

function inspectOrigin(head: RequestHead, bytes: Buffer, cors: Cors): Inspection {
  const origin = joinedValue(head.fields, bytes, ORIGIN);
  if (origin === null) {
    return { rules: cors.others, verdict: null };
  }
  const permission = cors.permission(origin);
  const isPreflight = head.method === 'OPTIONS' && joinedValue(head.fields, bytes, REQUEST_METHOD) !== null;
  if (permission === null) {
    // Browsers keep responses from pages, but not WebSockets: there the server has to look (RFC 6455 section 10.2).
    const refused = isPreflight || (requestedUpgrade(head) !== null && !isSameHost(origin, head.hostValue));
    return { rules: cors.others, verdict: refused ? 'OriginRefused' : null };
  }
  return isPreflight
    ? { rules: permission.preflight, verdict: PREFLIGHT }
    : { rules: permission.response, verdict: null };
}
