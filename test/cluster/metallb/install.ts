import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { locate } from '../binaries/locate.ts';
import { createAuthority } from '../control-plane/authority.ts';
import { writeImage } from '../images/archive.ts';
import { loadImage } from '../images/load.ts';
import { apply, kubectl } from '../kubectl.ts';
import { addressPool } from '../network/addresses.ts';
import { untilReady } from '../process/ready.ts';
import { forSlowMachines } from './manifest.ts';

/** The namespace MetalLB's own manifest puts it in. */
export const metallbNamespace = 'metallb-system';

const timeoutMs = 120_000;

/**
 * Installs MetalLB by its own manifest, made fit for slow machines, and gives it the address pool. Its controller and speakers are pods like in any
 * cluster: the images hold only the static binary, so making and loading them takes a second, and the kubelet restarts them.
 *
 * @param kubeconfig path of the administrator's kubeconfig
 * @param folder takes the image archives
 * @throws if it does not get ready
 */
export async function installMetallb(kubeconfig: string, folder: string): Promise<void> {
  const manifest = readFileSync(locate('metallb-native.yaml'), 'utf8');
  for (const component of ['controller', 'speaker'] as const) {
    const archive = join(folder, `metallb-${component}.tar`);
    writeImage({ name: imageOf(manifest, component), program: locate(`metallb-${component}`) }, archive);
    await loadImage(archive);
  }

  await apply(
    kubeconfig,
    dumpAll([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: metallbNamespace } }]),
  );
  await apply(kubeconfig, await secrets());
  await apply(kubeconfig, forSlowMachines(manifest));
  await rollOut(kubeconfig, 'deployment/controller');
  await untilReady({
    what: 'The webhook of MetalLB',
    async check() {
      await apply(kubeconfig, pool());
      return undefined;
    },
    timeoutMs,
  });
  await rollOut(kubeconfig, 'daemonset/speaker');
}

async function rollOut(kubeconfig: string, workload: string): Promise<void> {
  const args = ['rollout', 'status', workload, `--namespace=${metallbNamespace}`, `--timeout=${timeoutMs}ms`];
  await kubectl(kubeconfig, args, { timeoutMs: timeoutMs + 5000 });
}

/** The image the manifest names for a component. */
export function imageOf(manifest: string, component: 'controller' | 'speaker'): string {
  const image = new RegExp(`^\\s*image: (\\S+/${component}:\\S+)$`, 'm').exec(manifest)?.[1];
  if (image === undefined) {
    throw new Error(`MetalLB's manifest names no image for its ${component}; has its layout changed?`);
  }
  return image;
}

/**
 * What MetalLB makes for itself when it is missing, but only after its pods have started, which then wait up to two minutes until
 * the kubelet shows it to them: the certificate of its webhook, and the key of its speakers, which they mount without using it here.
 */
async function secrets(): Promise<string> {
  const authority = await createAuthority('cert', ['cert']);
  const host = `metallb-webhook-service.${metallbNamespace}.svc`;
  const server = await authority.issue({ commonName: host, hosts: [host] });
  return dumpAll([
    secret('metallb-webhook-cert', {
      'ca.crt': authority.certificate,
      'ca.key': authority.key,
      'tls.crt': server.certificate,
      'tls.key': server.key,
    }),
    secret('memberlist', { secretkey: 'not used' }),
  ]);
}

function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: metallbNamespace }, stringData };
}

function pool(): string {
  const metadata = { name: 'teamwork-proxy', namespace: metallbNamespace };
  const apiVersion = 'metallb.io/v1beta1';
  return dumpAll([
    { apiVersion, kind: 'IPAddressPool', metadata, spec: { addresses: [addressPool] } },
    { apiVersion, kind: 'L2Advertisement', metadata },
  ]);
}

function dumpAll(documents: readonly object[]): string {
  return documents.map((document) => dump(document)).join('---\n');
}
