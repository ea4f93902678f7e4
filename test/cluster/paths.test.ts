import { homedir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { cacheFolder } from './paths.ts';

describe('cacheFolder', () => {
  it('is what TEAMWORK_PROXY_CACHE says', () => {
    expect(cacheFolder({ TEAMWORK_PROXY_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  });

  it('is else below XDG_CACHE_HOME', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/teamwork-proxy-operator');
  });

  it('is else below the home folder', () => {
    expect(cacheFolder({})).toBe(`${homedir()}/.cache/teamwork-proxy-operator`);
  });

  it.each(['TEAMWORK_PROXY_CACHE', 'XDG_CACHE_HOME'])('refuses a relative path in %s', (variable) => {
    expect(() => cacheFolder({ [variable]: 'a/b' })).toThrow(
      `${variable} is "a/b", which is not an absolute path`,
    );
  });
});
