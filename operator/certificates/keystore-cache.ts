import { createHash } from 'node:crypto';
import { readKeystore } from './keystore.ts';
import type { KeystoreAccess } from './keystore.ts';
import type { CertificateResult } from './types.ts';

/** More keystores than that are read again each time. */
const CAPACITY = 256;

/**
 * `readKeystore` with a memory: the same bytes, password and alias give the same result without the key derivation, which takes 10 ms for a
 * keystore of today and 200 ms for one of before JDK 17, too long for every pass. What was not asked for longest is forgotten first.
 */
export function createKeystoreCache(): typeof readKeystore {
  const results = new Map<string, CertificateResult>();
  return (bytes, access) => {
    const key = digest(bytes, access);
    const result = results.get(key) ?? readKeystore(bytes, access);
    results.delete(key);
    results.set(key, result);
    const [oldest] = results.keys();
    if (results.size > CAPACITY && oldest !== undefined) results.delete(oldest);
    return result;
  };
}

/** The lengths before the parts keep one part's end from being taken for the next one's beginning. */
function digest(bytes: Buffer, { password, alias }: KeystoreAccess): string {
  const hash = createHash('sha256').update(bytes);
  return hash.update(JSON.stringify([bytes.length, password, alias ?? null])).digest('hex');
}
