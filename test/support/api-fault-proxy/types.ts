/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  /** Media types that the client takes, as it gave them. */
  readonly accept: string;
  readonly body: string;
}

/** What happens to a request instead of what it asks for. */
export type Fault =
  /** The proxy answers by itself, and the server sees nothing. */
  | {
      readonly kind: 'Answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: object;
    }
  /** The connection is reset, and the server sees nothing. */
  | { readonly kind: 'Reset' }
  /** The server does what is asked, but the connection is reset instead of its reply. */
  | { readonly kind: 'LoseReply' }
  /** Nothing happens, as on a connection whose other end is gone. */
  | { readonly kind: 'Hang' }
  /** The server is asked after so many milliseconds. */
  | { readonly kind: 'Delay'; readonly ms: number }
  /** The server does what is asked, but its reply ends in the middle. */
  | { readonly kind: 'Truncate' };

export interface FaultRule {
  readonly matches: (request: SeenRequest) => boolean;
  readonly fault: Fault;
  /** How many requests it is for; all if left out. */
  readonly times?: number;
  /** Called when the fault happens: before the server is asked if it is not, else when it has answered and before the client hears of it. */
  readonly onFault?: () => Promise<void> | void;
}

/** An event of a watch on its way to the client. */
export interface SeenEvent {
  /** Plural of the resource that is watched. */
  readonly resource: string;
  readonly type: string;
  readonly name: string;
  readonly uid: string;
}

/** What happens to an event of a watch instead of being passed on. */
export type EventFault =
  | { readonly kind: 'Drop' }
  | { readonly kind: 'Double' }
  /** It, and what comes after it on the same watch, waits until so many events have passed on other watches, or `release` is called. */
  | { readonly kind: 'Hold'; readonly events: number }
  /** It waits for the next one of the same object on the same watch, and the client sees one state where there were two. */
  | { readonly kind: 'Merge' }
  /** Half of it is sent, then the connection ends. */
  | { readonly kind: 'Truncate' }
  /** The watch ends before it, as it does when its time is over. */
  | { readonly kind: 'End' }
  /** The connection is reset before it. */
  | { readonly kind: 'Reset' }
  /** Nothing comes any more from here on, but the connection stands. */
  | { readonly kind: 'Stall' }
  /** The server reports an error instead, and ends the watch. */
  | { readonly kind: 'Error'; readonly code: number };

export interface EventRule {
  readonly matches: (event: SeenEvent) => boolean;
  readonly fault: EventFault;
  /** How many events it is for; all if left out. */
  readonly times?: number;
  /** Called when the fault happens. */
  readonly onFault?: () => void;
}

/** An open watch. */
export interface OpenWatch {
  readonly request: SeenRequest;
  /** Sends text of one's own, where the server's has got to. */
  send(text: string): void;
  /** Ends it as the server does when its time is over. */
  end(): void;
  reset(): void;
  /** Passes on nothing any more, but stays open. */
  stall(): void;
  /** Passes on what waits because of `Hold` and `Merge`. */
  release(): void;
}

/** Plural of the resource that a request is about; empty if it is about none. */
export function resourceOfPath(path: string): string {
  return /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/[^/]+\/)?([^/]+)/.exec(path)?.[1] ?? '';
}

/** What an API server reports when it does not do what is asked. */
export function statusObject(code: number): object {
  const reasons: Readonly<Record<number, string>> = {
    409: 'Conflict',
    410: 'Expired',
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
  };
  const reason = reasons[code] ?? 'Unknown';
  return {
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code,
    reason,
    message: `injected: ${reason}`,
  };
}
