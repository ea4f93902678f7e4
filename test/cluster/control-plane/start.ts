import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { locate } from '../binaries/locate.ts';
import type { Launch } from '../process/daemon.ts';
import { untilReady } from '../process/ready.ts';
import {
  apiServerArguments,
  auditPolicy,
  controllerManagerArguments,
  type ControlPlaneSettings,
  etcdArguments,
  schedulerArguments,
} from './arguments.ts';
import {
  type Authority,
  createAuthority,
  createSigningKey,
  type KeyPair,
  type Subject,
} from './authority.ts';
import { type Access, accessFor, renderKubeconfig } from './kubeconfig.ts';
import { type Layout, layoutIn } from './layout.ts';
import { notFoundYet } from './request.ts';

/** The parts of a control plane that runs. */
export interface RunningControlPlane {
  readonly layout: Layout;
  /** As the administrator (group `system:masters`). */
  readonly access: Access;
  /** Signs for whoever joins, for example nodes. */
  readonly authority: Authority;
}

const timeoutMs = 60_000;

/**
 * Makes the keys, starts etcd, the API server, the controller manager and, if there are nodes, the scheduler, and resolves when
 * the API server is ready and the controllers work.
 *
 * @param folder takes everything the control plane writes; it must not hold another one
 * @param launch starts each process; what it started is the caller's to stop, also if this fails
 * @throws if a component does not get ready, with the end of its log
 */
export async function startComponents(
  folder: string,
  settings: ControlPlaneSettings,
  launch: Launch,
): Promise<RunningControlPlane> {
  const layout = layoutIn(folder);
  const url = `https://${settings.address}:${settings.port}`;
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  // etcd needs nothing of what is made meanwhile.
  const [etcd, { authority, admin }] = await Promise.all([
    launch(component(layout, 'etcd', etcdArguments(layout))),
    writeIdentities(layout, url, settings),
  ]);
  const access = accessFor(url, authority.certificate, admin);

  const apiServer = await launch(component(layout, 'kube-apiserver', apiServerArguments(layout, settings)));
  await untilReady({
    what: 'The API server',
    check: () => notFoundYet(access, '/readyz'),
    timeoutMs,
    daemons: [apiServer, etcd],
  });

  const controllerManager = await launch(
    component(layout, 'kube-controller-manager', controllerManagerArguments(layout)),
  );
  const scheduler = settings.nodes
    ? [await launch(component(layout, 'kube-scheduler', schedulerArguments(layout)))]
    : [];
  await untilReady({
    what: 'The controller manager',
    // This account is made by a controller and nobody else; without it no pod can be made in the namespace.
    check: () => notFoundYet(access, '/api/v1/namespaces/default/serviceaccounts/default'),
    timeoutMs,
    daemons: [controllerManager, apiServer, etcd, ...scheduler],
  });
  return { layout, access, authority };
}

type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

function component(layout: Layout, name: Component, args: readonly string[]): Parameters<Launch>[0] {
  return { name, command: locate(name), args, cwd: layout.folder, log: join(layout.logs, `${name}.log`) };
}

async function writeIdentities(
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
