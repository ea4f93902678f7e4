import { composeHead } from '../http1/message.ts';
import { planSwitch } from '../http1/response-plan.ts';
import type { ResponseSink } from './types.ts';

/**
 * The head of the 101 that goes to the client; null when the server switches to what it was not asked for. `bytes` are what the head was
 * read from.
 */
export function switchedHead(
  { head, setCookie, rules }: Pick<ResponseSink, 'head' | 'setCookie' | 'rules'>,
  bytes: Buffer,
  upgrade: string | null,
): Buffer | null {
  if (upgrade === null || !head.connection.upgrade || head.upgrade?.toLowerCase() !== upgrade.toLowerCase()) {
    return null;
  }
  const cookie = setCookie === null ? '' : `Set-Cookie: ${setCookie}\r\n`;
  const added = `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n${cookie}`;
  return composeHead(bytes, planSwitch(head, added, rules)).content;
}
