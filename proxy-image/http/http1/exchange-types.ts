import type { Socket } from 'node:net';
import type { HttpConnection, Upstream, UpstreamConnection } from '../../upstream/types.ts';
import type { Fault } from './faults.ts';
import type { ResponseHead } from './response-head.ts';

/** A request, ready to be sent. */
export interface ExchangeRequest {
  readonly upstream: Upstream;
  readonly sourceAddress: string;
  readonly connectTimeout: number;
  readonly method: string;
  /** Of the client: 0 for HTTP/1.0. */
  readonly minor: number;
  readonly head: Buffer;
  readonly hasBody: boolean;
  readonly expectsContinue: boolean;
  /** The protocol to switch to, or null. */
  readonly upgrade: string | null;
  /** True when it carries credentials that count for the connection it goes on. */
  readonly connectionAuth: boolean;
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

/** The client's side, as an exchange sees it. */
export interface ExchangeClient {
  readonly socket: Socket;
  readonly responseHead: ResponseHead;
  /** Decides, when the head of the response is about to be sent, whether the connection lives on after it; from then on that is settled. */
  keepsAlive(): boolean;
  /** True once the whole request has been read. */
  requestComplete(): boolean;
  pauseRequest(): void;
  resumeRequest(): void;
  /** Something has moved: the wait begins anew. */
  touch(): void;
  over(end: ExchangeEnd): void;
}
