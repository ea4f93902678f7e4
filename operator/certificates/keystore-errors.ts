import { CertificateError } from './certificate-error.ts';

/** The error of a keystore whose bytes are not what its format wants. */
export function damaged(): CertificateError {
  return new CertificateError(
    'DamagedKeystore',
    'the keystore is cut off or altered; copy it again in binary form, or make it again',
  );
}

/** The error of a password that opens nothing. */
export function wrongPassword(): CertificateError {
  return new CertificateError(
    'WrongPassword',
    'the password does not open the keystore; give the one that it was saved with',
  );
}

/** The error of a password that opens the keystore and not the key in it. */
export function wrongKeyPassword(): CertificateError {
  return new CertificateError(
    'WrongPassword',
    'the password does not decrypt the private key; give the one that the keystore was saved with, and no other for the key',
  );
}

/** Runs a parser; whatever it throws that is no CertificateError means that the bytes are malformed. */
export function guard<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof CertificateError ? error : damaged();
  }
}
