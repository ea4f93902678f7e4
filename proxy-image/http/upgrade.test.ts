import { describe, expect, it } from '@jest/globals';
import { RequestHead } from './http1/request-head.ts';
import { requestedUpgrade } from './upgrade.ts';

function upgradeOf(lines: readonly string[]): string | null {
  const head = new RequestHead();
  head.begin();
  expect(head.read(Buffer.from(`${lines.join('\r\n')}\r\nHost: a\r\n\r\n`, 'latin1'), 8_192)).toBe(
    'Complete',
  );
  return requestedUpgrade(head);
}

describe('requestedUpgrade', () => {
  it.each([
    ['websocket', 'websocket'],
    ['WebSocket', 'WebSocket'],
    ['SPDY/3.1', 'SPDY/3.1'],
    ['h2c', null],
    ['H2C', null],
    ['HTTP/2.0', null],
    ['TLS/1.2', null],
    ['websocket, h2c', null],
    ['websocket h2c', null],
    ['', null],
  ])('to %j is %j', (protocol, expected) => {
    expect(upgradeOf(['GET / HTTP/1.1', 'Connection: Upgrade', `Upgrade: ${protocol}`])).toBe(expected);
  });

  it.each([
    ['POST', ['POST / HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket']],
    ['HTTP/1.0', ['GET / HTTP/1.0', 'Connection: Upgrade', 'Upgrade: websocket']],
    ['a body', ['GET / HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 1']],
    ['no Connection', ['GET / HTTP/1.1', 'Upgrade: websocket']],
    ['another Connection', ['GET / HTTP/1.1', 'Connection: keep-alive', 'Upgrade: websocket']],
    ['no Upgrade', ['GET / HTTP/1.1', 'Connection: Upgrade']],
    ['two Upgrades', ['GET / HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Upgrade: websocket']],
  ])('is ignored with %s', (_what, lines) => {
    expect(upgradeOf(lines)).toBeNull();
  });
});
