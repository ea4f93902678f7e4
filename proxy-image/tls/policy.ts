import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/**
 * What is spoken to clients: Mozilla's "intermediate" recommendation without finite-field Diffie-Hellman, which no client since Java 7
 * needs and by which a client makes the server work hard for little (CVE-2002-20001). The first cipher of ours that a client has is taken,
 * which is the cheapest of those that all count as strong; a client that puts ChaCha20 first, as those without AES instructions do, gets it.
 */
export const TLS_POLICY: Readonly<SecureContextOptions> = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  honorCipherOrder: true,
  ecdhCurve: 'X25519MLKEM768:X25519:P-256:P-384',
  // Seconds that a session can be resumed for, from its full handshake on.
  sessionTimeout: 300,
  secureOptions:
    constants.SSL_OP_PRIORITIZE_CHACHA |
    // A client that renegotiates makes the server do the costly half of a handshake as often as it likes.
    constants.SSL_OP_NO_RENEGOTIATION,
};
