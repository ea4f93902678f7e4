import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { locate } from '../binaries/locate.ts';
import { writeIdentity } from '../control-plane/identities.ts';
import type { RunningControlPlane } from '../control-plane/start.ts';
import { apply } from '../kubectl.ts';
import { controlPlane } from '../network/addresses.ts';
import type { Launch } from '../process/daemon.ts';
import { untilReady } from '../process/ready.ts';

/** Domain of the cluster: a Service is `<name>.<namespace>.svc.<domain>`. */
export const clusterDomain = 'cluster.local';

/** Where the cluster's DNS answers: beside the API server, so that there is no pod to wait for. */
export const dnsAddress = controlPlane.address;

const identityName = 'coredns';
const user = 'system:coredns';
const readyPort = 8181;
const timeoutMs = 60_000;

/**
 * Starts CoreDNS with its kubernetes plugin and resolves when it knows what is in the cluster. Other names than those of the cluster do not
 * exist.
 *
 * @param folder takes its configuration and its log
 * @throws if it does not get ready, with the end of its log
 */
export async function startDns(
  folder: string,
  { layout, access, authority }: RunningControlPlane,
  launch: Launch,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await writeIdentity({
    layout,
    url: access.url,
    authority,
    name: identityName,
    subject: { commonName: user },
  });
  await apply(
    layout.kubeconfig,
    permissions()
      .map((object) => dump(object))
      .join('---\n'),
  );
  const corefile = join(folder, 'Corefile');
  writeFileSync(corefile, configuration(layout.identity(identityName).kubeconfig));
  const daemon = await launch({
    name: 'CoreDNS',
    command: locate('coredns'),
    args: [`-conf=${corefile}`],
    log: join(folder, 'coredns.log'),
  });
  await untilReady({
    what: 'CoreDNS',
    check: dnsProblem,
    timeoutMs,
    daemons: [daemon],
  });
}

/** Why the cluster's DNS cannot be asked; undefined if it can. Rejects when it does not run. */
export async function dnsProblem(): Promise<string | undefined> {
  const { status } = await fetch(`http://${dnsAddress}:${readyPort}/ready`);
  return status === 200 ? undefined : 'it has not read all of the cluster yet';
}

/** The Corefile. Answers live for 5 seconds, as in every cluster: so long a pod that has gone is still found. */
export function configuration(kubeconfig: string): string {
  return `.:53 {
    bind ${dnsAddress}
    errors
    ready ${dnsAddress}:${readyPort}
    kubernetes ${clusterDomain} in-addr.arpa {
        kubeconfig ${kubeconfig}
        ttl 5
    }
}
`;
}

/** What CoreDNS's own manifest lets it do. */
function permissions(): readonly object[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const verbs = ['list', 'watch'];
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: user },
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
      ],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    },
  ];
}
