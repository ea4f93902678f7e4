import { makeOrigin } from '../../../proxy-image/http/headers/forwarded.ts';
import { forwardedHead, type Forwarding } from '../../../proxy-image/http/http1/forward-request.ts';
import type { RequestHead } from '../../../proxy-image/http/http1/request-head.ts';
import { CHUNKED } from '../../../proxy-image/http/http1/framing.ts';
import { endToEndFields, originForm } from '../../conformance/judge.ts';
import { parseRequests, valuesOf, type ParsedRequest } from '../../support/http/messages.ts';
import { requireSame, requireThat } from '../target.ts';

export const FORWARDING: Forwarding = {
  origin: makeOrigin({ sourceAddress: '192.0.2.7', scheme: 'https', port: 443, clientCertificate: null }),
  trusted: false,
  tellsCertificate: false,
  tellsForwarded: false,
  upgrade: null,
  named: null,
  rules: null,
};

/** From a client whose forwarding fields are believed, and extended. */
export const TRUSTING: Forwarding = { ...FORWARDING, trusted: true, tellsForwarded: true };

/** A head as it is passed on. */
export function forwardedText(head: RequestHead, bytes: Buffer, forwarding: Forwarding): string {
  const output = forwardedHead(head, bytes, forwarding);
  const text = output.content.toString('latin1');
  output.release();
  return text;
}

/** What the proxy itself says of a request, in the place of what its client says. */
const OWN = /^(?:x-real-ip|x-forwarded-.*|http2-settings)$/i;

/** What is passed on is one request, and the same as the one that was sent; both are read by the letter of the RFC. */
export function requireFaithful(passedOn: string, sent: string): void {
  const output = only('what is passed on', passedOn);
  const input = only('what was sent', sent);
  requireSame('what was sent and what is passed on', meaning(input), meaning(output));
}

/** A head as it is passed on is that of one request; `bodyLength` as the head was read. */
export function requireOneRequest(head: string, bodyLength: number): ParsedRequest {
  return only('what is passed on', head + (bodyLength === CHUNKED ? '0\r\n\r\n' : 'x'.repeat(bodyLength)));
}

/** The one request in a text. */
export function only(what: string, text: string): ParsedRequest {
  const { requests, rest } = parseRequests(text);
  const [request] = requests;
  requireThat(
    requests.length === 1 && rest === 'Empty' && request !== undefined,
    () => `${what} is no one request: ${JSON.stringify(text)}`,
  );
  requireThat(valuesOf(request.fields, 'host').length === 1, () => `${what} has no one Host`);
  return request;
}

function meaning({ method, target, fields, body }: ParsedRequest): unknown {
  const passed = endToEndFields(fields).filter(([name]) => !OWN.test(name));
  return { method, target: originForm(method, target), fields: passed, body };
}
