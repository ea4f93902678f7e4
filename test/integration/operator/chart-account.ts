import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { renderChart } from '../../chart/helm.ts';
import type { Rendered } from '../../chart/helm.ts';
import { install } from '../../cluster/binaries/install.ts';
import type { ControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { apply, kubectl } from '../../cluster/kubectl.ts';
import type { AuditedRequest } from '../../support/audit-log.ts';

/** What the chart makes that has to do with permissions. */
const KINDS = new Set(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']);

/** One who acts as the operator's account. Each has a token of its own, so that the audit log tells them apart. */
export interface Holder {
  /** Path of a kubeconfig file. */
  readonly kubeconfig: string;
  /** Whether a request was sent with this token. */
  readonly sent: (request: AuditedRequest) => boolean;
}

/** The operator's account as the chart makes it, with no permission but those of the chart. */
export interface ChartAccount {
  /** What the chart has rendered. */
  readonly objects: readonly Rendered[];
  /** The account as the audit log names it. */
  readonly username: string;
  /** @param server where to send requests to, instead of the API server itself */
  holder(name: string, server?: string): Promise<Holder>;
  release(): Promise<void>;
}

/** Installs what the chart gives its operator, in a namespace that is there, under the namespace's name. */
export async function installChartAccount(
  controlPlane: ControlPlane,
  namespace: string,
  values: object = {},
): Promise<ChartAccount> {
  const { kubeconfig, url, certificateAuthority } = controlPlane;
  await install(['helm']);
  const fixed = { fullnameOverride: namespace, crds: { enabled: false } };
  const rendered = await renderChart({ ...fixed, ...values }, namespace);
  const objects = rendered.filter(({ kind }) => KINDS.has(kind));
  const manifests = objects.map((object) => dump(object)).join('---\n');
  await apply(kubeconfig, manifests);
  const folder = mkdtempSync(join(tmpdir(), 'chart-account-'));
  return {
    objects,
    username: `system:serviceaccount:${namespace}:${namespace}`,
    async holder(name, server = url) {
      const token = (await kubectl(kubeconfig, ['create', 'token', namespace, '-n', namespace])).trim();
      const path = join(folder, name);
      const authority = Buffer.from(certificateAuthority).toString('base64');
      const trust = server.startsWith('https:') ? { 'certificate-authority-data': authority } : PLAIN;
      writeFileSync(path, JSON.stringify(kubeconfigOf({ server, ...trust }, token)));
      const credential = `JTI=${idOf(token)}`;
      return { kubeconfig: path, sent: ({ user }) => (user.extra?.[CREDENTIAL] ?? []).includes(credential) };
    },
    async release() {
      rmSync(folder, { recursive: true, force: true });
      await kubectl(kubeconfig, ['delete', '--ignore-not-found', '-f', '-'], { input: manifests });
    },
  };
}

const CREDENTIAL = 'authentication.kubernetes.io/credential-id';

/** Clients insist on being told that a server without TLS is meant. */
const PLAIN = { 'insecure-skip-tls-verify': true };

function kubeconfigOf(cluster: object, token: string): object {
  const name = 'chart-account';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
  };
}

/** The `jti` claim, which the API server writes into the audit log. */
function idOf(token: string): string {
  const [, payload = ''] = token.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { jti: string }).jti;
}
