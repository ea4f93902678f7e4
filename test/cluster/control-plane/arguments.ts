import type { Layout } from './layout.ts';

/** What differs between a control plane on loopback and that of a cluster with nodes. */
export interface ControlPlaneSettings {
  /** The address and port the API server listens on. */
  readonly address: string;
  readonly port: number;
  /** Where Service addresses come from, as CIDR. */
  readonly serviceCidr: string;
  /** What node ports are taken from, as first and last with a hyphen; the API server's own choice if left out. */
  readonly nodePorts?: string;
  /** Whether every request is recorded. */
  readonly auditLog: boolean;
  /** Whether there are nodes: pods get scheduled, and reach the API server through the `kubernetes` Service. */
  readonly nodes: boolean;
}

// etcd listens on Unix sockets in its own folder (the ":0" only satisfies its parser): no port to clash, and nobody else on the
// host can reach a store that asks for no credentials. Relative, because a socket's path may not exceed 107 bytes; so etcd and the
// API server must both start in the layout's folder.
const etcdClients = 'unix://etcd.sock:0';
const etcdPeers = 'unix://etcd-peer.sock:0';

/** The command line of etcd: one member, without fsync, because nobody needs its data after a power failure. */
export function etcdArguments(layout: Layout): string[] {
  return [
    '--name=default',
    `--data-dir=${layout.etcdData}`,
    `--listen-client-urls=${etcdClients}`,
    `--advertise-client-urls=${etcdClients}`,
    `--listen-peer-urls=${etcdPeers}`,
    `--initial-advertise-peer-urls=${etcdPeers}`,
    `--initial-cluster=default=${etcdPeers}`,
    '--unsafe-no-fsync',
  ];
}

/** The command line of kube-apiserver. */
export function apiServerArguments(layout: Layout, settings: ControlPlaneSettings): string[] {
  const server = layout.identity('kube-apiserver');
  const kubeletClient = layout.identity('kubelet-client');
  return [
    `--etcd-servers=${etcdClients}`,
    `--bind-address=${settings.address}`,
    `--advertise-address=${settings.address}`,
    `--secure-port=${settings.port}`,
    // A loopback address is no valid endpoint, so on loopback the `kubernetes` Service gets none.
    ...(settings.nodes ? [] : ['--endpoint-reconciler-type=none']),
    `--tls-cert-file=${server.certificate}`,
    `--tls-private-key-file=${server.key}`,
    `--client-ca-file=${layout.authorityCertificate}`,
    '--authorization-mode=Node,RBAC',
    // The second one is on in OpenShift: who writes an owner reference must be allowed to.
    '--enable-admission-plugins=NodeRestriction,OwnerReferencesPermissionEnforcement',
    `--kubelet-certificate-authority=${layout.authorityCertificate}`,
    `--kubelet-client-certificate=${kubeletClient.certificate}`,
    `--kubelet-client-key=${kubeletClient.key}`,
    // The nodes' names are in no DNS.
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${layout.serviceAccountKey}`,
    `--service-account-signing-key-file=${layout.serviceAccountKey}`,
    `--service-cluster-ip-range=${settings.serviceCidr}`,
    ...(settings.nodePorts === undefined ? [] : [`--service-node-port-range=${settings.nodePorts}`]),
    '--allow-privileged=true',
    ...(settings.auditLog
      ? [
          `--audit-log-path=${layout.auditLog}`,
          `--audit-policy-file=${layout.auditPolicy}`,
          '--audit-log-mode=blocking',
          // Readers go on from where they were, so nothing may be moved away; in megabytes.
          '--audit-log-maxsize=4096',
        ]
      : []),
  ];
}

/** The command line of kube-controller-manager, with all its controllers. */
export function controllerManagerArguments(layout: Layout): string[] {
  return [
    ...controllerArguments(layout.identity('kube-controller-manager').kubeconfig),
    '--use-service-account-credentials',
    // At start every controller asks for an account and a token of its own; with the default of 20 a second that takes 5 s.
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    `--service-account-private-key-file=${layout.serviceAccountKey}`,
    // It makes this folder; the default would be one of the host's.
    `--flex-volume-plugin-dir=${layout.volumePlugins}`,
    `--root-ca-file=${layout.authorityCertificate}`,
    `--cluster-signing-cert-file=${layout.authorityCertificate}`,
    `--cluster-signing-key-file=${layout.authorityKey}`,
  ];
}

/** The command line of kube-scheduler. */
export function schedulerArguments(layout: Layout): string[] {
  return controllerArguments(layout.identity('kube-scheduler').kubeconfig);
}

/** Port 0 means that it serves nothing: several control planes share one host, and readiness is seen by what a controller does. */
function controllerArguments(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
}

/**
 * The audit policy: who did what to which object with which result, without bodies but those of our resource's status, so that every one
 * that was ever written can be looked at. What the control plane itself reads is left out: it would be most of the log.
 */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  userGroups: [system:nodes, system:serviceaccounts:kube-system]
  verbs: [get, list, watch]
- level: None
  users: [system:apiserver, system:kube-controller-manager, system:kube-scheduler]
  verbs: [get, list, watch]
- level: RequestResponse
  verbs: [create, update, patch]
  resources:
  - group: teamworkproxy.io
    resources: [teamworkproxies/status]
- level: Metadata
`;
