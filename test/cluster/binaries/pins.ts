import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../versions.ts';
import { kubernetesModule } from './catalogue.ts';

/**
 * Where a `go.mod` contradicts `versions.ts`: one sentence per contradiction, none if they agree.
 *
 * @param goMod the text of `binaries/kubernetes/go.mod`
 */
export function contradictions(
  goMod: string,
  wanted: { kubernetes: string; etcd: string } = versions,
): string[] {
  const findings: string[] = [];
  const required = (module: string) =>
    new RegExp(`^\\s*${module} v(\\S+)$`, 'm').exec(goMod)?.[1] ?? 'not required';
  const expect = (module: string, version: string) => {
    const found = required(module);
    if (found !== version) {
      findings.push(`${module} is ${found} in go.mod and ${version} in versions.ts`);
    }
  };

  expect('k8s.io/kubernetes', wanted.kubernetes);
  expect('go.etcd.io/etcd/server/v3', wanted.etcd);
  // Kubernetes 1.x.y consists of its staging modules 0.x.y.
  const staging = wanted.kubernetes.replace(/^1\./, '0.');
  for (const [, module, version] of goMod.matchAll(/^\s*(\S+) => \S+ v(\S+)$/gm)) {
    if (version !== staging) {
      findings.push(
        `${module} is replaced by ${version} in go.mod; Kubernetes ${wanted.kubernetes} needs ${staging}`,
      );
    }
  }
  return findings;
}

/**
 * Checks that `binaries/kubernetes/go.mod` pins the versions that `versions.ts` names.
 *
 * @throws with every contradiction
 */
export function checkKubernetesModule(): void {
  const path = join(kubernetesModule, 'go.mod');
  const findings = contradictions(readFileSync(path, 'utf8'));
  if (findings.length > 0) {
    throw new Error(
      `${path} and test/cluster/versions.ts disagree:\n${findings.join('\n')}\n` +
        'Set both to the same versions, then run "go mod tidy" in the folder of the former.',
    );
  }
}
