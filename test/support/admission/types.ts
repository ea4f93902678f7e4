/** A manifest that must be admitted, by the API server and without one. */
export interface ValidCase {
  readonly desc: string;
  readonly document: object;
}

/** A manifest that must be refused, at exactly these fields. */
export interface InvalidCase extends ValidCase {
  readonly wantErrors: readonly WantedError[];
}

export interface WantedError {
  readonly path: string;
  /** The message of a CEL rule, whole; both the API server and we give it. */
  readonly rule?: string;
  /** A part of our own message, where the API server puts it otherwise. */
  readonly says?: string;
}
