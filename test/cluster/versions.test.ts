import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { binaries, kubernetesModule, moduleFiles } from './binaries/catalogue.ts';
import { isAtLeast } from './binaries/go.ts';
import { contradictions } from './binaries/pins.ts';
import { sourceFolder } from './paths.ts';
import { versions } from './versions.ts';

const goMod = readFileSync(`${kubernetesModule}/go.mod`, 'utf8');

describe('versions', () => {
  it('agree with the go.mod that pins Kubernetes and etcd', () => {
    expect(contradictions(goMod)).toEqual([]);
  });

  it('agree with the go.mod that pins h2spec', () => {
    const h2specModule = readFileSync(`${sourceFolder}/binaries/h2spec/go.mod`, 'utf8');

    expect(h2specModule).toContain(`require github.com/summerwind/h2spec v${versions.h2spec}+incompatible\n`);
  });

  it('agree with the go.mod that pins CoreDNS', () => {
    const corednsModule = readFileSync(`${sourceFolder}/binaries/coredns/go.mod`, 'utf8');

    expect(corednsModule).toContain(`require github.com/coredns/coredns v${versions.coredns}\n`);
  });

  it('agree with the go.mod that pins Argo CD', () => {
    const argocdModule = readFileSync(`${sourceFolder}/binaries/argocd/go.mod`, 'utf8');

    expect(argocdModule).toContain(`require github.com/argoproj/argo-cd/v3 v${versions.argocd}\n`);
  });

  it('name a Go that satisfies that go.mod', () => {
    const required = /^go (\S+)$/m.exec(goMod)?.[1] ?? '';

    expect(isAtLeast(versions.go, required)).toBe(true);
  });

  it('are those of everything that is installed', () => {
    const known: readonly string[] = Object.values(versions);

    expect([...binaries, ...moduleFiles].filter((artifact) => !known.includes(artifact.version))).toEqual([]);
  });
});
