import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { auditPolicy, type ControlPlaneSettings } from './arguments.ts';
import {
  type Authority,
  createAuthority,
  createSigningKey,
  type KeyPair,
  type Subject,
} from './authority.ts';
import { accessFor, renderKubeconfig } from './kubeconfig.ts';
import type { Layout } from './layout.ts';

/**
 * Makes the certificates of a control plane and writes everything its components read.
 *
 * @returns the authority, and the administrator's certificate
 */
export async function writeIdentities(
  layout: Layout,
  url: string,
  settings: ControlPlaneSettings,
): Promise<{ authority: Authority; admin: KeyPair }> {
  const [authority, signingKey] = await Promise.all([
    createAuthority('teamwork-proxy-test'),
    createSigningKey(),
  ]);
  writeSecret(layout.authorityCertificate, authority.certificate);
  writeSecret(layout.authorityKey, authority.key);
  writeSecret(layout.serviceAccountKey, signingKey);
  writeSecret(layout.auditPolicy, auditPolicy);

  const identify = (name: string, subject: Subject) =>
    writeIdentity({ layout, url, authority, name, subject });
  const [admin] = await Promise.all([
    authority.issue({ commonName: 'admin', organization: 'system:masters' }),
    identify('kube-apiserver', { commonName: 'kube-apiserver', hosts: apiServerHosts(settings) }),
    identify('kubelet-client', {
      commonName: 'kube-apiserver-kubelet-client',
      organization: 'system:masters',
    }),
    identify('kube-controller-manager', { commonName: 'system:kube-controller-manager' }),
    identify('kube-scheduler', { commonName: 'system:kube-scheduler' }),
  ]);
  writeSecret(layout.kubeconfig, renderKubeconfig(accessFor(url, authority.certificate, admin)));
  return { authority, admin };
}

function apiServerHosts({ address, serviceCidr }: ControlPlaneSettings): string[] {
  return ['localhost', 'kubernetes.default', 'kubernetes.default.svc', address, firstAddress(serviceCidr)];
}

/** The first usable address of an IPv4 network, which Kubernetes gives to the `kubernetes` Service. */
export function firstAddress(cidr: string): string {
  return cidr.replace(/\d+\/\d+$/, '1');
}

/** An identity to be made for a component. */
export interface IdentityRequest {
  readonly layout: Layout;
  readonly url: string;
  readonly authority: Authority;
  readonly name: string;
  readonly subject: Subject;
}

/** Makes a certificate for a component and writes it, its key and a kubeconfig that uses them. */
export async function writeIdentity({
  layout,
  url,
  authority,
  name,
  subject,
}: IdentityRequest): Promise<void> {
  const pair = await authority.issue(subject);
  const paths = layout.identity(name);
  writeSecret(paths.certificate, pair.certificate);
  writeSecret(paths.key, pair.key);
  writeSecret(paths.kubeconfig, renderKubeconfig(accessFor(url, authority.certificate, pair)));
}

function writeSecret(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}
