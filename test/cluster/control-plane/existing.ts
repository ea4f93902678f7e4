import { kubectlJson } from '../kubectl.ts';
import type { ControlPlane } from './control-plane.ts';

interface FlatKubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate-data'?: string; readonly 'client-key-data'?: string } },
  ];
}

/** Whether tests are to use a cluster that somebody else runs, instead of starting one. */
export function usesExistingCluster(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['USE_EXISTING_CLUSTER'] === 'true';
}

/**
 * The cluster of the current context of `KUBECONFIG`, which somebody else runs.
 *
 * Its audit log is where `KUBE_AUDIT_LOG` says, if that is set.
 *
 * @throws if the variable is unset, or the context's user has no client certificate: tests that put a proxy before the API server
 * need one
 */
export async function existingControlPlane(env: NodeJS.ProcessEnv = process.env): Promise<ControlPlane> {
  const kubeconfig = env['KUBECONFIG'];
  if (!kubeconfig) {
    throw new Error(
      'USE_EXISTING_CLUSTER is true, but KUBECONFIG does not say which cluster. Set it to a path.',
    );
  }

  const flat = await kubectlJson<FlatKubeconfig>(kubeconfig, [
    'config',
    'view',
    '--raw',
    '--minify',
    '--flatten',
  ]);
  const { cluster } = flat.clusters[0];
  const { user } = flat.users[0];
  return {
    kubeconfig,
    url: cluster.server.replace(/\/$/, ''),
    certificateAuthority: decode(
      kubeconfig,
      'certificate-authority-data',
      cluster['certificate-authority-data'],
    ),
    clientCertificate: decode(kubeconfig, 'client-certificate-data', user['client-certificate-data']),
    clientKey: decode(kubeconfig, 'client-key-data', user['client-key-data']),
    ...(env['KUBE_AUDIT_LOG'] ? { auditLog: env['KUBE_AUDIT_LOG'] } : {}),
    async stop() {
      // Not ours to stop.
    },
  };
}

function decode(kubeconfig: string, field: string, data: string | undefined): string {
  if (data === undefined) {
    throw new Error(
      `The current context of ${kubeconfig} has no ${field}; the tests need a client certificate.`,
    );
  }
  return Buffer.from(data, 'base64').toString('utf8');
}
