import type { RedirectConfig } from '../config/types.ts';
import type { ClientConnection } from '../listener/types.ts';
import type { PreparedFrontend } from './frontend.ts';
import type { Upstream } from '../upstream/types.ts';
import type { ExchangeRequest, StickyClient } from './exchange/types.ts';
import type { Fault } from './faults.ts';
import { nameTarget, type NamedRequest } from './forwarding/request.ts';
import type { CountedTarget } from './forwarding/target-requests.ts';
import { makeOrigin, type Origin } from './headers/forwarded.ts';
import type { ResponseRules } from './headers/rules.ts';
import type { CompiledPolicies } from './policies/compile.ts';
import type { Peer } from './policies/client-address.ts';
import { inspect } from './policies/inspect.ts';
import { forwardedHead } from './http1/forward-request.ts';
import type { LocalResponse } from './local-response.ts';
import type { RequestHead } from './http1/request-head.ts';
import type { Decision } from './routing/router.ts';
import { redirectLocation, redirectStatus } from './routing/redirect.ts';
import { cookieValue } from './sticky-cookie.ts';
import { requestedUpgrade } from './upgrade.ts';

/** What is done with a request whose head has been read. */
export type Admission = {
  /** What the policies have to say of the response, whoever gives it; null for nothing. */
  readonly rules: ResponseRules | null;
} & (
  | { readonly kind: 'Refuse'; readonly fault: Fault; readonly backend: string | null }
  | { readonly kind: 'Respond'; readonly backend: null; readonly response: LocalResponse }
  | {
      readonly kind: 'Forward';
      readonly backend: string;
      readonly request: ExchangeRequest;
      /** Null for a backend. */
      readonly target: CountedTarget | null;
    }
);

/** Whose request it is. */
export interface AdmissionContext {
  readonly client: ClientConnection;
  readonly frontend: PreparedFrontend;
  /** False once the frontend has been removed. */
  readonly served: boolean;
  readonly origin: Origin;
  /** True when the client is a proxy whose forwarding fields are believed. */
  readonly trusted: boolean;
}

/** The same for all requests of a client that one generation of a frontend serves. */
export function admissionContext(
  client: ClientConnection,
  frontend: PreparedFrontend,
  served: boolean,
): AdmissionContext {
  const { sourceAddress, tls } = client;
  const origin = makeOrigin({
    sourceAddress,
    // What goes on to servers has come by HTTPS where that is required.
    scheme: tls === null && frontend.https === null ? 'http' : 'https',
    port: frontend.https?.port ?? frontend.config.publicPort,
    clientCertificate: tls?.clientCertificate ?? null,
  });
  return { client, frontend, served, origin, trusted: frontend.trusts(sourceAddress) };
}

/** Where a request has been led to. */
interface Led {
  readonly backend: string;
  readonly upstream: Upstream;
  /** Null for a backend. */
  readonly named: NamedRequest | null;
  readonly policies: CompiledPolicies;
  /** What counts for the response; null for nothing. */
  readonly rules: ResponseRules | null;
}

/** `bytes` are what the head was read from. */
export function admit(head: RequestHead, bytes: Buffer, context: AdmissionContext): Admission {
  const { frontend, served } = context;
  const rules = frontend.policies.response;
  if (!served) {
    return refuse('FrontendGone', rules);
  }
  if (frontend.misdirected?.(context.client.tls?.serverName ?? null, head.host) === true) {
    return refuse('Misdirected', null);
  }
  const decision = frontend.router.route(head.host, head.target.path);
  if (decision.kind === 'Refuse' && decision.fault === 'UnknownHost') {
    // The policies of this frontend, HSTS for one, are none of a host's that it does not serve.
    return refuse('UnknownHost', null);
  }
  const insecure = frontend.https?.check(head, bytes, context) ?? null;
  if (insecure !== null) {
    // RFC 6797 section 7.2: what has not come by HTTPS is told nothing of HSTS, and nothing else either.
    return answer(insecure, null, null);
  }
  return admitBy(head, bytes, context, decision);
}

/** Lets the policies of where the request has been led to decide, and then goes on with it. */
function admitBy(head: RequestHead, bytes: Buffer, context: AdmissionContext, decision: Decision): Admission {
  const led = 'policies' in decision ? decision : null;
  const policies = led?.policies ?? context.frontend.policies;
  const backend = led?.backend ?? null;
  const { rules, verdict } =
    policies.foregone ??
    inspect(head, bytes, policies, { leads: decision.kind !== 'Refuse', peer: peerOf(context) });
  if (verdict !== null) {
    return answer(verdict, rules, backend);
  }
  // RFC 9110 section 7.6.2: this is as far as the request may go.
  if (head.maxForwards === 0) {
    return { kind: 'Respond', rules, backend: null, response: { status: 200, text: '' } };
  }
  return carryOut(head, bytes, context, { decision, rules });
}

/** A decision with what counts for the response to its request. */
interface Ruled<D> {
  readonly decision: D;
  readonly rules: ResponseRules | null;
}

function carryOut(
  head: RequestHead,
  bytes: Buffer,
  context: AdmissionContext,
  { decision, rules }: Ruled<Decision>,
): Admission {
  switch (decision.kind) {
    case 'Refuse':
      return refuse(decision.fault, rules);
    case 'Redirect':
      return answer(redirectBy(decision.redirect, head), rules, null);
    case 'Forward':
      return forwardToBackend(head, bytes, context, { decision, rules });
    case 'ForwardNamed':
      return forwardToNamed(head, bytes, context, { decision, rules });
  }
}

function redirectBy(redirect: RedirectConfig, { method, target }: RequestHead): LocalResponse {
  const location = redirectLocation(redirect, target.query);
  return { status: redirectStatus(redirect, method), text: '', location };
}

function forwardToBackend(
  head: RequestHead,
  bytes: Buffer,
  context: AdmissionContext,
  { decision: { backend, policies }, rules }: Ruled<Decision & { readonly kind: 'Forward' }>,
): Admission {
  const upstream = context.frontend.upstream(backend);
  return upstream === undefined
    ? refuse('NoServer', rules, backend)
    : forward(head, bytes, context, { backend, upstream, named: null, policies, rules });
}

function forwardToNamed(
  head: RequestHead,
  bytes: Buffer,
  context: AdmissionContext,
  { decision: { backend, route, policies }, rules }: Ruled<Decision & { readonly kind: 'ForwardNamed' }>,
): Admission {
  const named = nameTarget(head, bytes, route, policies);
  return typeof named === 'string'
    ? refuse(named, rules, backend)
    : forward(head, bytes, context, { backend, upstream: named.upstream, named, policies, rules });
}

function forward(
  head: RequestHead,
  bytes: Buffer,
  context: AdmissionContext,
  { backend, upstream, named, rules, policies }: Led,
): Admission {
  const bodyLimit = smaller(context.frontend.config.limits.bodyBytes, policies.filter?.bodyLimit ?? 0);
  if (bodyLimit > 0 && head.bodyLength > bodyLimit) {
    return refuse('BodyTooLarge', rules, backend);
  }
  const { client } = context;
  const upgrade = requestedUpgrade(head);
  const request: ExchangeRequest = {
    upstream,
    client,
    connectTimeout: context.frontend.config.timeouts.connect,
    method: head.method,
    head: forwardedHead(head, bytes, {
      origin: context.origin,
      trusted: context.trusted,
      tellsCertificate: context.frontend.config.clientCertificates?.forward !== undefined,
      tellsForwarded: policies.forwarded,
      upgrade,
      named,
      rules: policies.request,
    }),
    hasBody: head.bodyLength !== 0,
    bodyLimit,
    expectsContinue: head.expectsContinue,
    upgrade,
    sticky: stickyClient(head, bytes, context, upstream),
    connectionAuth: head.connectionAuth,
    named: named?.response ?? null,
  };
  return { kind: 'Forward', rules, backend, request, target: named?.counted ?? null };
}

function peerOf({ client, trusted, frontend }: AdmissionContext): Peer {
  return { sourceAddress: client.sourceAddress, trusted, trusts: frontend.trusts };
}

/** The smaller of two limits; 0 stands for none. */
function smaller(one: number, other: number): number {
  return one === 0 || other === 0 ? one + other : Math.min(one, other);
}

function stickyClient(
  { fields }: RequestHead,
  bytes: Buffer,
  { client, frontend }: AdmissionContext,
  { config }: Upstream,
): StickyClient | null {
  const { stickyCookie } = config;
  return stickyCookie === undefined
    ? null
    : {
        token: cookieValue(fields, bytes, stickyCookie.name),
        secure: client.tls !== null || frontend.https !== null,
      };
}

/** What the proxy answers by itself. */
function answer(
  verdict: Fault | LocalResponse,
  rules: ResponseRules | null,
  backend: string | null,
): Admission {
  return typeof verdict === 'string'
    ? refuse(verdict, rules, backend)
    : { kind: 'Respond', rules, backend: null, response: verdict };
}

function refuse(fault: Fault, rules: ResponseRules | null, backend: string | null = null): Admission {
  return { kind: 'Refuse', rules, fault, backend };
}
