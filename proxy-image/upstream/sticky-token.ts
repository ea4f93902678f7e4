import { createHmac } from 'node:crypto';

/** Characters of a token: 132 bits, which nobody guesses. */
const LENGTH = 22;

/**
 * What stands for a server in the cookies of its clients. It is made of the configuration alone, so that every worker and replica, also
 * after a restart, knows it again; and without the key it says nothing of the server.
 *
 * @param key hex digits
 */
export function stickyToken(key: string, identity: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(identity).digest('base64url').slice(0, LENGTH);
}
