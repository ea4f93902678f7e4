import { describe, expect, it } from '@jest/globals';
import { redirectLocation, redirectStatus } from './redirect.ts';

describe('redirectLocation', () => {
  it.each([
    ['/webapp', '', '/webapp'],
    ['/webapp', 'a=1', '/webapp?a=1'],
    ['/webapp?x=1', 'a=1', '/webapp?x=1&a=1'],
    ['https://new.example.com/#/home', 'a=1', 'https://new.example.com/?a=1#/home'],
  ])('%s with the query %j leads to %s', (to, query, expected) => {
    expect(redirectLocation({ from: '/', to, status: 302 }, query)).toBe(expected);
  });
});

describe('redirectStatus', () => {
  it.each([
    [302, 'GET', 302],
    [301, 'HEAD', 301],
    [302, 'POST', 307],
    [301, 'PUT', 308],
    [308, 'POST', 308],
  ] as const)('%d for %s is %d', (status, method, expected) => {
    expect(redirectStatus({ from: '/', to: '/x', status }, method)).toBe(expected);
  });
});
