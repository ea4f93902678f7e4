import type { ConnectionEnds } from '../../addresses/ends.ts';
import type { HttpConnection, Upstream, UpstreamConnection } from '../../upstream/types.ts';
import type { BodyDecoder } from '../http1/body.ts';
import type { Fault } from '../faults.ts';
import type { NamedResponse } from '../forwarding/response.ts';
import type { ResponseRules } from '../headers/rules.ts';
import type { OutputBuffer } from '../http1/output.ts';
import type { Pieces } from '../http1/pieces.ts';
import type { ResponseHead } from '../http1/response-head.ts';

/** A request, ready to be sent. */
export interface ExchangeRequest {
  readonly upstream: Upstream;
  /** Whose request it is. */
  readonly client: ConnectionEnds;
  readonly connectTimeout: number;
  readonly method: string;
  /** Released once it need not be sent again. */
  readonly head: OutputBuffer;
  readonly hasBody: boolean;
  /** Bytes that the body may have; 0 for no limit. */
  readonly bodyLimit: number;
  readonly expectsContinue: boolean;
  /** The protocol to switch to, or null. */
  readonly upgrade: string | null;
  /** For a backend with a sticky cookie. */
  readonly sticky: StickyClient | null;
  /** True when it carries credentials that count for the connection it goes on. */
  readonly connectionAuth: boolean;
  /** Settles what a target that the request has named may say in its response; null for a backend. */
  readonly named: NamedResponse | null;
}

/** A client whose cookie tells which server it had. */
export interface StickyClient {
  /** What the cookie holds; null without one. */
  readonly token: string | null;
  /** True when the client has come over TLS. */
  readonly secure: boolean;
}

/** What the client connection has to do with how a request is sent. */
export interface ExchangeHistory {
  /** True for the first request of the client connection. */
  readonly first: boolean;
  /** A server connection that belongs to this client alone, since it carries the client's credentials. */
  readonly own: HttpConnection | null;
}

/** How an exchange ended. */
export type ExchangeEnd =
  /** The response has been passed on. `own` is a server connection that only this client may go on using. */
  | {
      readonly kind: 'Responded';
      readonly own: { readonly upstream: Upstream; readonly connection: HttpConnection } | null;
    }
  /** Nothing of a response has reached the client. */
  | { readonly kind: 'Failed'; readonly fault: Fault; readonly detail: string | null }
  /** The client has a part of the response. */
  | { readonly kind: 'Broken'; readonly fault: Fault }
  /** The server of `backend` has switched protocols; `head` and then `early` go to the client. */
  | {
      readonly kind: 'Switched';
      readonly backend: string;
      readonly connection: UpstreamConnection;
      readonly head: Buffer;
      readonly early: Buffer;
    };

/** How the server's response goes to the client, in the version of HTTP that the client speaks. */
export interface ResponseSink {
  /** What the server's head is read into. */
  readonly head: ResponseHead;
  /** Value of a Set-Cookie field that is added to the final response; null for none. To be set before `prepare`. */
  setCookie: string | null;
  /** What the policies have to say of the response; null for nothing. Settled before the request is sent, or with its head where the target was named. */
  rules: ResponseRules | null;
  /** True while the client does not take what has been written. */
  readonly congested: boolean;
  /** Asks the client for the body of its request. */
  writeContinue(): void;
  /** Passes on the interim response that `head` was read from. */
  writeInterim(bytes: Buffer): void;
  /** Settles how the final response that `head` holds is passed on; nothing is written yet. */
  prepare(): BodyDecoder;
  /** Writes the prepared head, and what the decoder has found of the body; false when the client wants to be waited for. */
  writeHead(bytes: Buffer): boolean;
  /** Writes more of the body; false when the client wants to be waited for. */
  writeBody(bytes: Buffer, pieces: Pieces): boolean;
  /** The body of a response that `prepare` knew no length for is complete. */
  writeEnd(): void;
}

/** The client's side, as an exchange sees it. */
export interface ExchangeClient {
  readonly response: ResponseSink;
  /** True once the whole request has been read. */
  requestComplete(): boolean;
  pauseRequest(): void;
  resumeRequest(): void;
  /** Something has moved: the wait begins anew. */
  touch(): void;
  over(end: ExchangeEnd): void;
}
