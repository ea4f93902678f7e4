import { describe, expect, it } from '@jest/globals';
import { parseAuthority } from './hostname.ts';

describe('parseAuthority', () => {
  it.each([
    ['localhost', 'localhost', null],
    ['LOCALHOST:8080', 'localhost', 8080],
    ['localhost.', 'localhost', null],
    ['localhost:', 'localhost', null],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['[::1]:8080', '[::1]', 8080],
    ['[2001:DB8::1]', '[2001:db8::1]', null],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', null],
  ])('reads %s', (text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port });
  });

  it.each([
    '',
    '.',
    'a b',
    'a,b',
    'a/b',
    'a?b',
    'a@b',
    'user:pass@b',
    'a:b',
    'a:65536',
    'a:80:80',
    '::1',
    '[::1',
    '[fe80::1%25eth0]',
    'b\u00fccher',
    'a%2eb',
    'x'.repeat(256),
  ])('refuses %j', (text) => {
    expect(parseAuthority(text)).toBeNull();
  });
});
