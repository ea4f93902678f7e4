import { describe, expect, it } from '@jest/globals';
import { readApprovedHost } from './approved-host.ts';

describe('readApprovedHost', () => {
  it.each([
    ['tm1.example.com', { host: 'tm1.example.com', wildcard: false, port: 'Default' }],
    ['*.example.com:8010', { host: '.example.com', wildcard: true, port: 8010 }],
    ['10.0.0.5:*', { host: '10.0.0.5', wildcard: false, port: 'Any' }],
    ['[fd00::5]:443', { host: 'fd00::5', wildcard: false, port: 443 }],
    ['127.0.0.1', { host: '127.0.0.1', wildcard: false, port: 'Default' }],
  ])('reads %s', (text, expected) => {
    expect(readApprovedHost(text)).toEqual(expected);
  });

  it.each([
    '',
    '*',
    '*.',
    '*.*.example.com',
    'a.*.b',
    'tm1.example.com:',
    'tm1.example.com:0',
    'fd00::5',
    '[fd00:0::5]',
    '0.0.0.0',
    'ff02::1',
    'http://a',
    '127.1',
  ])('refuses %j', (text) => {
    expect(readApprovedHost(text)).toBeNull();
  });
});
