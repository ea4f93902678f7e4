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
  /** A part of our message; where it comes from a CEL rule, the whole, which the API server gives as well. */
  readonly says: string;
}

/** A specification that a CEL rule refuses. */
export interface RuleCase {
  readonly desc: string;
  readonly spec: object;
  /** Where the rule stands, and its whole message. */
  readonly refused: readonly [path: string, message: string];
}
