import { join } from 'node:path';

/** The files of a control plane. */
export interface Layout {
  readonly folder: string;
  readonly etcdData: string;
  readonly logs: string;
  /** For the administrator. */
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly auditPolicy: string;
  readonly authorityCertificate: string;
  readonly authorityKey: string;
  readonly serviceAccountKey: string;
  readonly volumePlugins: string;
  /** Certificate, key and kubeconfig of one component. */
  identity(component: string): {
    readonly certificate: string;
    readonly key: string;
    readonly kubeconfig: string;
  };
}

/** Where a control plane that lives in `folder` keeps its files. */
export function layoutIn(folder: string): Layout {
  const pki = join(folder, 'pki');
  return {
    folder,
    etcdData: join(folder, 'etcd'),
    logs: join(folder, 'logs'),
    kubeconfig: join(folder, 'kubeconfig'),
    auditLog: join(folder, 'logs/audit.jsonl'),
    auditPolicy: join(folder, 'audit-policy.yaml'),
    authorityCertificate: join(pki, 'authority.crt'),
    authorityKey: join(pki, 'authority.key'),
    serviceAccountKey: join(pki, 'service-accounts.key'),
    volumePlugins: join(folder, 'volume-plugins'),
    identity: (component) => ({
      certificate: join(pki, `${component}.crt`),
      key: join(pki, `${component}.key`),
      kubeconfig: join(pki, `${component}.kubeconfig`),
    }),
  };
}
