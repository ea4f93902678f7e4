import { hash as digest } from 'node:crypto';
import { CertificateError } from '../certificate-error.ts';

/** What a derived key is for: the "diversifier" of RFC 7292 appendix B.3. */
export const KEY_PURPOSE = { encryption: 1, initialVector: 2, integrity: 3 } as const;

export interface KeyDerivation {
  readonly hash: string;
  /** Password in the form of `bmpPassword`. */
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly purpose: (typeof KEY_PURPOSE)[keyof typeof KEY_PURPOSE];
  /** Bytes wanted. */
  readonly length: number;
}

/** Tools use up to some hundred thousand. More would stop the event loop for seconds at the word of an untrusted file. */
const MAX_ITERATIONS = 1_000_000;

/** Throws UnsupportedKeystore when a file asks for too many iterations, or none. */
export function checkIterations(iterations: number): void {
  if (iterations >= 1 && iterations <= MAX_ITERATIONS) return;
  throw new CertificateError(
    'UnsupportedKeystore',
    `the keystore asks for ${iterations} iterations of key derivation; make it again with 1 to ${MAX_ITERATIONS}`,
  );
}

/** A password as RFC 7292 appendix B.1 wants it: UTF-16, big-endian, with a terminating zero. */
export function bmpPassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16();
}

/** Derives a key from a password as PKCS#12 does (RFC 7292 appendix B.2; the letters are the RFC's). */
export function deriveKey({ hash, password, salt, iterations, purpose, length }: KeyDerivation): Buffer {
  checkIterations(iterations);
  const v = hash === 'sha384' || hash === 'sha512' ? 128 : 64;
  const D = Buffer.alloc(v, purpose);
  let I = Buffer.concat([repeatToMultiple(salt, v), repeatToMultiple(password, v)]);
  const parts: Buffer[] = [];
  for (let derived = 0; derived < length; derived += parts.at(-1)?.length ?? length) {
    let A = digest(hash, Buffer.concat([D, I]), 'buffer');
    for (let round = 1; round < iterations; round += 1) A = digest(hash, A, 'buffer');
    parts.push(A);
    I = addToBlocks(I, Buffer.alloc(v, A));
  }
  return Buffer.concat(parts).subarray(0, length);
}

function repeatToMultiple(bytes: Buffer, block: number): Buffer {
  return bytes.length === 0 ? bytes : Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

/** Step 6C: each block of I becomes (block + B + 1) mod 2^(8v). */
function addToBlocks(I: Buffer, B: Buffer): Buffer<ArrayBuffer> {
  const sum = Buffer.from(I);
  for (let start = 0; start < sum.length; start += B.length) {
    let carry = 1;
    for (let index = B.length - 1; index >= 0; index -= 1) {
      carry += sum.readUInt8(start + index) + B.readUInt8(index);
      sum.writeUInt8(carry & 0xff, start + index);
      carry >>= 8;
    }
  }
  return sum;
}
