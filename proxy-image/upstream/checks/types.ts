/** What health checks say of one address of a server. */
export type CheckVerdict =
  | { readonly up: true }
  /** `message` says why, and what to do. */
  | { readonly up: false; readonly message: string };

/** Which server a verdict is about, in a form that can be sent to another process. */
export interface CheckedServer {
  readonly backend: string;
  /** `host:port` as configured. */
  readonly server: string;
  readonly address: string;
  readonly verdict: CheckVerdict;
}
