import { composeHead } from '../http1/message.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { planHead } from '../http1/response-plan.ts';

/**
 * The head of the 101 that goes to the client; null when the server switches to what it was not asked for. `bytes` are what the head was
 * read from.
 */
export function switchedHead(
  head: ResponseHead,
  bytes: Buffer,
  upgrade: string | null,
  cookie: string | null,
): Buffer | null {
  if (upgrade === null || !head.connection.upgrade || head.upgrade?.toLowerCase() !== upgrade.toLowerCase()) {
    return null;
  }
  const added = `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n${cookie === null ? '' : `Set-Cookie: ${cookie}\r\n`}`;
  return composeHead(bytes, planHead(head, bytes, added));
}
