import { describe, expect, it } from '@jest/globals';
import { canonicalHost } from './canonical-host.ts';

describe('canonicalHost', () => {
  it.each([
    ['tm1.example.com', 'tm1.example.com'],
    ['TM1.Example.COM', 'tm1.example.com'],
    ['tm1.example.com.', 'tm1.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['ＴＭ１．example。com', 'tm1.example.com'],
    ['tm1​.example.com', 'tm1.example.com'],
    ['my_server', 'my_server'],
    ['192.0.2.1', '192.0.2.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['[0:0:0:0:0:0:0:1]', '::1'],
    ['[::ffff:127.0.0.1]', '127.0.0.1'],
  ])('writes %s as %s', (text, expected) => {
    expect(canonicalHost(text)).toBe(expected);
  });

  it.each([
    '',
    '.',
    'a..b',
    '.a',
    'a b',
    'a\tb',
    'a\0b',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
    'a@b',
    'a:80',
    'a%2eb',
    '::1',
    '[::1',
    '[::1%eth0]',
    '[127.0.0.1]',
    '256.256.256.256',
    'a‍b',
    '-a.example',
    'a-.example',
    'x'.repeat(64),
    `${'x.'.repeat(127)}xx`,
    '127.0.0.1 ',
    'a,b',
    '*.a',
  ])('refuses %j', (text) => {
    expect(canonicalHost(text)).toBeNull();
  });
});
