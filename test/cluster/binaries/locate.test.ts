import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { versions } from '../versions.ts';
import { assetPath, cachePath, locate } from './locate.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'locate-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('cachePath', () => {
  it('changes with the version', () => {
    const env = { TEAMWORK_PROXY_CACHE: '/cache' };

    expect(cachePath({ name: 'etcd', version: '3.6.8' }, env)).toBe('/cache/bin/etcd-3.6.8/etcd');
  });
});

describe('assetPath', () => {
  it('takes a program from KUBEBUILDER_ASSETS', () => {
    writeFileSync(join(folder, 'etcd'), '');

    expect(assetPath('etcd', { KUBEBUILDER_ASSETS: folder })).toBe(join(folder, 'etcd'));
  });

  it('leaves the controller manager to the cache if it is not there', () => {
    expect(assetPath('kube-controller-manager', { KUBEBUILDER_ASSETS: folder })).toBeUndefined();
  });

  it('refuses a folder that lacks what it must have', () => {
    expect(() => assetPath('kubectl', { KUBEBUILDER_ASSETS: folder })).toThrow(/there is no kubectl in it/);
  });

  it('has no say without the variable, or in other programs', () => {
    expect(assetPath('etcd', {})).toBeUndefined();
    expect(assetPath('kubelet', { KUBEBUILDER_ASSETS: folder })).toBeUndefined();
  });
});

describe('locate', () => {
  it('says how to install what is missing', () => {
    expect(() => locate('etcd', { TEAMWORK_PROXY_CACHE: folder })).toThrow(
      `etcd ${versions.etcd} is not installed (no ${folder}/bin/etcd-${versions.etcd}/etcd). Run "make binaries" once.`,
    );
  });
});
