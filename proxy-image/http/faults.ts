/**
 * Everything that can go wrong with a request, by name; the name is also the label in metrics and the reason in the access log. What
 * each of them means for the client is said in `VERDICTS` and nowhere else.
 */
export type Fault = RequestFault | RoutingFault | PolicyFault | UpstreamFault | TransferFault;

/** The request itself is at fault; nothing of it has reached a server, save the beginning of a body that turned out bad. */
export type RequestFault =
  | 'MalformedRequestLine'
  | 'TargetTooLong'
  | 'BadTarget'
  | 'UnsupportedVersion'
  | 'UnsupportedMethod'
  | 'MalformedField'
  | 'ImitatedField'
  | 'TooManyFields'
  | 'HeaderTooLarge'
  | 'BadHost'
  | 'HostMismatch'
  | 'BadConnectionField'
  | 'BadFraming'
  | 'ExpectationFailed'
  | 'HeaderTimeout'
  | 'HeaderIncomplete'
  | 'BodyTooLarge'
  | 'MalformedChunk'
  | 'BodyTimeout'
  | 'BodyIncomplete';

/** The request is sound, but there is nowhere to send it. */
export type RoutingFault =
  | 'UnknownHost'
  | 'Misdirected'
  | 'AmbiguousPath'
  | 'NoRoute'
  | 'TargetRefused'
  | 'FrontendGone';

/** The request is sound, but a policy refuses it. */
export type PolicyFault =
  | 'HttpsRequired'
  | 'RateLimited'
  | 'SourceRefused'
  | 'OriginRefused'
  | 'MethodRefused'
  | 'PathRefused'
  | 'ContentTypeRefused';

/** A server is at fault, before anything of its response has reached the client. */
export type UpstreamFault =
  | 'NoServer'
  | 'AddressRefused'
  | 'RedirectRefused'
  | 'ServersBusy'
  | 'ConnectFailed'
  | 'ConnectTimeout'
  | 'TlsFailed'
  | 'MalformedResponse'
  | 'UpstreamClosed'
  | 'ResponseTimeout';

/** The exchange broke after it had begun; there is nobody left to answer, or no way to. */
export type TransferFault =
  | 'ClientClosed'
  | 'ClientStalled'
  | 'ProtocolViolation'
  | 'Http11Required'
  | 'TunnelTimeout'
  | 'UpstreamAborted'
  | 'UpstreamStalled'
  | 'MalformedBody';

/** What a fault means for the client. */
export interface Verdict {
  /** Status that is answered, and logged; a TransferFault that strikes before the response has one for the log alone. */
  readonly status: number;
  readonly text: string;
  /** True when where the next request begins can no longer be known, or should not be trusted. */
  readonly closes: boolean;
  /** Seconds after which it may be worth trying again. */
  readonly retryAfter?: number;
}

const UNREACHABLE = 'The server behind this address cannot be reached.';

export const VERDICTS: Readonly<Record<Fault, Verdict>> = {
  MalformedRequestLine: bad('The request line is malformed.'),
  TargetTooLong: { status: 414, text: 'The request target is too long.', closes: true },
  BadTarget: bad('The request target is not allowed.'),
  UnsupportedVersion: { status: 505, text: 'Only HTTP/1.1 and HTTP/1.0 are spoken here.', closes: true },
  UnsupportedMethod: { status: 501, text: 'This method is not supported here.', closes: true },
  MalformedField: bad('A header field is malformed.'),
  ImitatedField: bad('A header field imitates another one with an underscore in its name.'),
  TooManyFields: { status: 431, text: 'There are too many header fields.', closes: true },
  HeaderTooLarge: { status: 431, text: 'The header section is too large.', closes: true },
  BadHost: bad('There must be exactly one Host field with a valid host name.'),
  HostMismatch: bad('The request target and the Host field name different hosts.'),
  BadConnectionField: bad('The Connection field is malformed or names a field that it must not name.'),
  BadFraming: bad('The length of the body is not stated clearly.'),
  ExpectationFailed: { status: 417, text: 'This expectation cannot be met.', closes: true },
  HeaderTimeout: { status: 408, text: 'The header section took too long.', closes: true },
  HeaderIncomplete: bad('The request ended before its header section was complete.'),
  BodyTooLarge: { status: 413, text: 'The body is too large.', closes: true },
  MalformedChunk: bad('The chunked body is malformed.'),
  BodyTimeout: { status: 408, text: 'The body took too long.', closes: true },
  BodyIncomplete: bad('The request ended before its body was complete.'),

  UnknownHost: { status: 421, text: 'This host name is not served here.', closes: false },
  Misdirected: {
    status: 421,
    text: 'This host name has another certificate than this connection was opened with.',
    closes: false,
  },
  AmbiguousPath: bad('The path could be read in more than one way.'),
  NoRoute: { status: 404, text: 'Nothing is served under this path.', closes: false },
  TargetRefused: {
    status: 403,
    text: 'Requests may not go to the host that this one names. Where *.example.com is approved, names with one more label are, and no others.',
    closes: false,
  },
  FrontendGone: { status: 503, text: 'This address is no longer served.', closes: true },

  HttpsRequired: {
    status: 403,
    text: 'This address is served by HTTPS alone: ask for https:// instead of http://.',
    closes: false,
  },
  RateLimited: { status: 429, text: 'There have been too many requests.', closes: false },
  SourceRefused: { status: 403, text: 'This address may not be used from where you are.', closes: false },
  OriginRefused: { status: 403, text: 'Pages of this origin may not use this address.', closes: false },
  MethodRefused: { status: 405, text: 'This method is not allowed here.', closes: false },
  PathRefused: { status: 403, text: 'This path is not allowed.', closes: false },
  ContentTypeRefused: { status: 415, text: 'Content of this type is not taken here.', closes: false },

  NoServer: { status: 503, text: 'There is no server behind this address.', closes: false },
  AddressRefused: {
    status: 403,
    text: 'The host that this request names leads to where requests may not go.',
    closes: false,
  },
  RedirectRefused: {
    status: 502,
    text: 'The server redirects to where browsers may not be sent.',
    closes: false,
  },
  ServersBusy: {
    status: 503,
    text: 'The servers behind this address have too much to do.',
    closes: false,
    retryAfter: 1,
  },
  ConnectFailed: { status: 503, text: UNREACHABLE, closes: false },
  ConnectTimeout: {
    status: 504,
    text: 'The server behind this address did not accept the connection in time.',
    closes: false,
  },
  TlsFailed: {
    status: 502,
    text: 'No trusted connection to the server behind this address could be made.',
    closes: false,
  },
  MalformedResponse: {
    status: 502,
    text: 'The server behind this address gave an invalid response.',
    closes: false,
  },
  UpstreamClosed: {
    status: 502,
    text: 'The server behind this address closed the connection without a response.',
    closes: false,
  },
  ResponseTimeout: {
    status: 504,
    text: 'The server behind this address did not respond in time.',
    closes: false,
  },

  // 499 is what nginx logs for a client that went away; the others strike when a status has already been sent.
  ClientClosed: { status: 499, text: '', closes: true },
  ClientStalled: { status: 499, text: '', closes: true },
  ProtocolViolation: { status: 400, text: '', closes: true },
  Http11Required: { status: 401, text: '', closes: true },
  TunnelTimeout: { status: 101, text: '', closes: true },
  UpstreamAborted: { status: 502, text: '', closes: true },
  UpstreamStalled: { status: 504, text: '', closes: true },
  MalformedBody: { status: 502, text: '', closes: true },
};

function bad(text: string): Verdict {
  return { status: 400, text, closes: true };
}
