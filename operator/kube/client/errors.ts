/** The API server's refusal of a request, from the `Status` object that it answered with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** One CamelCase word, such as `NotFound`, `Conflict`, `AlreadyExists`, `Expired`; empty when the server gave none. */
  readonly reason: string;
  /** How long the server wants to be left alone, in milliseconds, if it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(refusal: {
    readonly status: number;
    readonly reason: string;
    readonly message: string;
    readonly retryAfterMs?: number | undefined;
  }) {
    super(refusal.message);
    this.status = refusal.status;
    this.reason = refusal.reason;
    this.retryAfterMs = refusal.retryAfterMs;
  }
}

/** Whether somebody else changed or created the object meanwhile; trying again with a newer view settles it. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

/** Whether the object, or the kind itself, does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the history that was asked for is gone, so that only a new list can help (410, `Expired` or `Gone`). */
export function isExpired(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone')
  );
}
