import { readVersion1 } from './version1.ts';
import { readVersion2 } from './version2.ts';
import type { HeaderReading } from './types.ts';

const VERSION_1 = Buffer.from('PROXY ', 'latin1');
const VERSION_2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/**
 * Reads the header of the PROXY protocol (haproxy.org, proxy-protocol.txt of 2020/03/05) at the beginning of `bytes`, which are all that
 * has come so far. Which version it is shows in its first bytes; bytes that belong to neither are none of its own.
 */
export function readProxyHeader(bytes: Buffer): HeaderReading {
  if (begins(bytes, VERSION_1)) {
    return bytes.length < VERSION_1.length ? { state: 'Incomplete' } : readVersion1(bytes);
  }
  if (begins(bytes, VERSION_2)) {
    return bytes.length < VERSION_2.length ? { state: 'Incomplete' } : readVersion2(bytes);
  }
  return { state: 'Absent' };
}

/** True when one is the beginning of the other. */
function begins(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.compare(signature, 0, length, 0, length) === 0;
}
