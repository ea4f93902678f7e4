import { describe, expect, it } from '@jest/globals';
import { reachOf } from './reach.ts';

describe('reachOf', () => {
  it.each([
    ['8.8.8.8', 'Public'],
    ['172.32.0.1', 'Public'],
    ['2606:4700::1', 'Public'],
    ['64:ff9b::808:808', 'Public'],
    ['2002:808:808::1', 'Public'],
    ['10.0.0.1', 'Private'],
    ['172.31.255.255', 'Private'],
    ['192.168.1.1', 'Private'],
    ['100.64.0.1', 'Private'],
    ['192.0.2.1', 'Private'],
    ['fd12::1', 'Private'],
    ['64:ff9b::a00:1', 'Private'],
    ['2002:a00:1::', 'Private'],
    ['127.0.0.1', 'Near'],
    ['127.255.255.254', 'Near'],
    ['169.254.169.254', 'Near'],
    ['168.63.129.16', 'Near'],
    ['100.100.100.200', 'Near'],
    ['192.0.0.192', 'Near'],
    ['::1', 'Near'],
    ['::7f00:1', 'Near'],
    ['64:ff9b::7f00:1', 'Near'],
    ['64:ff9b:1::1', 'Near'],
    ['2002:7f00:1::', 'Near'],
    ['fe80::1', 'Near'],
    ['fec0::1', 'Near'],
    ['fd00:ec2::254', 'Near'],
    ['fd20:ce::254', 'Near'],
    ['0.0.0.0', 'Nobody'],
    ['0.1.2.3', 'Nobody'],
    ['224.0.0.1', 'Nobody'],
    ['255.255.255.255', 'Nobody'],
    ['240.0.0.1', 'Nobody'],
    ['::', 'Nobody'],
    ['::e000:1', 'Nobody'],
    ['ff02::1', 'Nobody'],
    ['2001::1', 'Nobody'],
    ['2002:e000:1::', 'Nobody'],
  ])('%s: %s', (address, expected) => {
    expect(reachOf(address)).toBe(expected);
  });
});
