import { describe, expect, it } from '@jest/globals';
import { builtName, goCommand, isAtLeast } from './go.ts';

describe('isAtLeast', () => {
  it.each([
    ['1.26.0', '1.26.0', true],
    ['1.26.8', '1.26.0', true],
    ['1.27', '1.26.9', true],
    ['2.0.0', '1.26.9', true],
    ['1.9.0', '1.26.0', false],
    ['1.25.12', '1.26.0', false],
    ['1.26rc1', '1.26.0', true],
    ['nonsense', '1.26.0', false],
  ])('%s against %s is %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe('builtName', () => {
  it('is the last element of the path', () => {
    expect(builtName('k8s.io/kubernetes/cmd/kubelet')).toBe('kubelet');
  });

  it('skips a major version, as Go does', () => {
    expect(builtName('go.etcd.io/etcd/server/v3')).toBe('server');
  });
});

describe('goCommand', () => {
  it('builds packages of a folder in that folder', () => {
    const recipe = { title: 'a 1', source: { folder: '/source' }, variables: { 'a.Version': 'v1' } };

    expect(goCommand(recipe, ['a/x', 'a/y'], '/target')).toEqual({
      args: ['build', '-v', '-trimpath', '-ldflags=-s -w -X a.Version=v1', '-o', '/target/', 'a/x', 'a/y'],
      cwd: '/source',
      env: { CGO_ENABLED: '0' },
    });
  });

  it('installs packages of a published module at its version, outside of any other module', () => {
    const recipe = { title: 'b 2', source: { module: 'b', version: '2.0.0' } };

    expect(goCommand(recipe, ['b/x'], '/target')).toEqual({
      args: ['install', '-v', '-trimpath', '-ldflags=-s -w', 'b/x@v2.0.0'],
      cwd: '/target',
      env: { CGO_ENABLED: '0', GOBIN: '/target' },
    });
  });
});
