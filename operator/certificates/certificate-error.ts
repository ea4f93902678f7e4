import type { CertificateFailure, CertificateProblem } from './types.ts';

/** Carries a problem out of nested readers to the function that returns it as data; it never leaves this folder. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly reason: CertificateProblem;

  constructor(reason: CertificateProblem, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Runs a reader; a CertificateError that it throws becomes a result. Any other error is a defect and passes through. */
export function asResult<T>(read: () => T): T | CertificateFailure {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return { ok: false, reason: error.reason, message: error.message };
  }
}
