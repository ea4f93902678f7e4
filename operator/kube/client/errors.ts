/** The API server's refusal of a request, from the `Status` object that it answered with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** One CamelCase word, such as `NotFound`, `Conflict`, `AlreadyExists`, `Expired`; empty when the server gave none. */
  readonly reason: string;
  /** Fields of the object that were found wrong, such as `spec.ports[0].port`; empty when it is not about fields. */
  readonly fields: readonly string[];
  /** What it is about in detail, in CamelCase words, such as `NamespaceTerminating`. */
  readonly causes: readonly string[];
  /** How long the server wants to be left alone, in milliseconds, if it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(refusal: {
    readonly status: number;
    readonly reason: string;
    readonly message: string;
    readonly fields?: readonly string[];
    readonly causes?: readonly string[];
    readonly retryAfterMs?: number | undefined;
  }) {
    super(refusal.message);
    this.status = refusal.status;
    this.reason = refusal.reason;
    this.fields = refusal.fields ?? [];
    this.causes = refusal.causes ?? [];
    this.retryAfterMs = refusal.retryAfterMs;
  }
}

/**
 * Whether somebody else changed, created or replaced the object meanwhile; trying again with a newer view settles it. An apply with the
 * uid of an object that was replaced is refused as an attempt to change the uid.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 409 || error.fields.includes('metadata.uid'));
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

/** Whether nothing can be created because the namespace is being removed. */
export function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403 && error.causes.includes('NamespaceTerminating');
}

/**
 * Whether the API server could not deal with an object, such as because an admission webhook does not answer (500, `InternalError`). It may for another
 * one, and when it is asked again.
 */
export function isInternalError(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 500;
}

/**
 * Whether a Service is refused because the API server has no node port left for it, which it says as an internal error. It tells nothing by which that is
 * known but words. That no cluster address is left it says as of a field that is wrong.
 */
export function isOutOfNodePorts(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status === 500 && /failed to allocate .*nodeport/i.test(error.message)
  );
}

/**
 * Whether the API server has forbidden an object only because its admission has not heard of the kind of the owner yet. Where
 * OwnerReferencesPermissionEnforcement is on, as in OpenShift, it looks for new kinds only now and then, so for some seconds after a definition was
 * installed every owner of that kind is refused. It tells nothing by which that is known but words.
 */
export function isOwnerUnknownYet(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status === 403 && error.message.includes('cannot find RESTMapping')
  );
}
