import { describe, expect, it } from '@jest/globals';
import { readPath } from './path.ts';

describe('readPath', () => {
  it.each([
    ['/', '/', '/'],
    ['/osmc/login', '/osmc/login', '/osmc/login'],
    ['/%6Fsmc/x', '/osmc/x', '/osmc/x'],
    ['/osmc;v=1/x;y', '/osmc/x', '/osmc/x'],
    ['//osmc/x', '//osmc/x', '/osmc/x'],
    ['/osmc//x/', '/osmc//x/', '/osmc/x'],
    ['/a%2Fb', '/a%2Fb', '/a/b'],
    ['/a%2fb', '/a%2Fb', '/a/b'],
    ['/a%5Cb', '/a%5Cb', '/a/b'],
    ['/a%3Bb', '/a;b', '/a;b'],
    ['/a%20b', '/a b', '/a b'],
    ['/a..b/...c/.well-known/d.', '/a..b/...c/.well-known/d.', '/a..b/...c/.well-known/d.'],
    ['/a%252Fb', '/a%2Fb', '/a%2Fb'],
  ])('reads %s', (path, literal, lenient) => {
    expect(readPath(path)).toEqual({ literal, lenient });
  });

  it.each([
    '/..',
    '/.',
    '/a/../b',
    '/a/./b',
    '/a/%2e%2e/b',
    '/a/.%2E/b',
    '/a/..;x=1/b',
    '/a/.;/b',
    '/a/..%2fb',
    '/a%2f..%2fb',
    '/a%5c..%5cb',
    '/a/%252e%252e/b',
    '/a/..%253b/b',
    '/a%00b',
    '/a%0d%0ab',
    '/a%7f',
    '/a%',
    '/a%2',
    '/a%zz',
    '/a%u002e',
    '/a\\b',
    '/..\\b',
  ])('refuses %s', (path) => {
    expect(readPath(path)).toBeNull();
  });
});
