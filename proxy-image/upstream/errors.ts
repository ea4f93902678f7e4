import type { ConnectAttempt, UpstreamErrorKind } from './types.ts';

/** A name leads to where no request may go. */
export class AddressRefused extends Error {}

/** No connection to a backend came about; `attempts` says for each server tried what went wrong. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly kind: UpstreamErrorKind;
  readonly attempts: readonly ConnectAttempt[];

  constructor(kind: UpstreamErrorKind, message: string, attempts: readonly ConnectAttempt[] = []) {
    super(message);
    this.kind = kind;
    this.attempts = attempts;
  }
}

/**
 * The error for a backend all of whose servers were tried in vain, or as many as could be; it is of the kind of the last attempt, and
 * `remark` is added to what is said of them.
 */
export function allAttemptsFailed(
  backend: string,
  attempts: readonly ConnectAttempt[],
  remark = '',
): UpstreamError {
  const last = attempts.at(-1);
  if (last === undefined) {
    return new UpstreamError('NoServer', `backend ${backend} has no server that could be tried`);
  }
  const list = attempts.map(({ server, message }) => `${server}: ${message}`).join('; ');
  return new UpstreamError(
    last.kind,
    `no server of backend ${backend} can be reached: ${list}${remark}`,
    attempts,
  );
}
