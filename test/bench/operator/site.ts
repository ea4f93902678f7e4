import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TeamworkProxy } from '../../../operator/api/resource.ts';
import { connect } from '../../../operator/kube/client/connect.ts';
import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { NAMESPACES, SECRETS } from '../../../operator/kube/resources.ts';
import { TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { run } from '../../cluster/process/run.ts';
import { serveResource } from '../../integration/api/api-server.ts';
import { issue, makeAuthority } from '../../support/certificates.ts';

const MANAGER = { fieldManager: 'kubectl' };
const PASSWORD = 'benchmark';
const KEYSTORE = 'twc-keystore';

/** As many resources are in one namespace, which has one keystore for all of them. */
const PER_NAMESPACE = 50;

/** Each Service takes two, one of them for health checks: the 2,768 that an API server has by default are too few for 3,000 flows. */
const NODE_PORTS = '10000-60000';

/** A control plane of its own, and what users do there. */
export interface Site {
  readonly controlPlane: ControlPlane;
  readonly client: KubeClient;
  /** Makes the namespaces for that many resources, each with a keystore (PKCS#12) in a Secret. */
  makeNamespaces(resources: number): Promise<void>;
  /** Creates the resource with that number, or changes it to have other servers. */
  applyResource(index: number, servers?: string): Promise<void>;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const controlPlane = await startControlPlane({ nodePorts: NODE_PORTS });
  try {
    const apiServer = await serveResource(controlPlane);
    apiServer.close();
    // The client reads where the cluster is from there.
    process.env['KUBECONFIG'] = controlPlane.kubeconfig;
    const connection = connect({ userAgent: 'bench-operator/0' });
    const { client } = connection;
    return {
      controlPlane,
      client,
      makeNamespaces: async (resources) => makeNamespaces(client, Math.ceil(resources / PER_NAMESPACE)),
      async applyResource(index, servers = 'internal.example.com') {
        await client.apply(TEAMWORK_PROXIES, resource(index, servers), MANAGER);
      },
      async close() {
        connection.close();
        await controlPlane.stop();
      },
    };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

/** Name of the resource with that number. */
export function nameOf(index: number): string {
  return `twc-${index}`;
}

/** Namespace of the resource with that number. */
export function namespaceOf(index: number): string {
  return `bench-${Math.floor(index / PER_NAMESPACE)}`;
}

async function makeNamespaces(client: KubeClient, count: number): Promise<void> {
  const data = {
    'keystore.p12': (await makeKeystore()).toString('base64'),
    password: Buffer.from(PASSWORD).toString('base64'),
  };
  for (let number = 0; number < count; number += 1) {
    const namespace = namespaceOf(number * PER_NAMESPACE);
    await client.apply(
      NAMESPACES,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      MANAGER,
    );
    const metadata = { namespace, name: KEYSTORE };
    await client.apply(
      SECRETS,
      { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data },
      MANAGER,
    );
  }
}

/** A keystore as the product has it: RSA key, certificate with an intermediate, alias `teamworkcloud`. */
async function makeKeystore(): Promise<Buffer> {
  const root = makeAuthority({ name: 'Benchmark root', keyType: 'RSA-2048', days: 3650 });
  const issuer = makeAuthority({ name: 'Benchmark issuer', keyType: 'RSA-2048', days: 1825, issuer: root });
  const dns = ['*.example.com'];
  const leaf = issue(issuer, { commonName: 'twc.example.com', dns, keyType: 'RSA-2048', days: 365 });
  const folder = mkdtempSync(join(tmpdir(), 'bench-operator-'));
  try {
    const pem = join(folder, 'chain.pem');
    const keystore = join(folder, 'keystore.p12');
    writeFileSync(pem, leaf.keyPem + leaf.chainPem, { mode: 0o600 });
    const args = ['pkcs12', '-export', '-in', pem, '-out', keystore, '-name', 'teamworkcloud'];
    await run('openssl', [...args, '-passout', `pass:${PASSWORD}`]);
    return readFileSync(keystore);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Three flows, with TLS ended at the first of them, as in `examples/teamwork-cloud-layer7.yaml`. */
function resource(index: number, domain: string): TeamworkProxy {
  const object = {
    apiVersion: 'teamworkproxy.io/v1alpha1',
    kind: 'TeamworkProxy',
    metadata: { namespace: namespaceOf(index), name: nameOf(index) },
    spec: {
      teamworkCloud: {
        release: '2026x',
        topology: 'Layer7Hybrid',
        hostname: `twc-${index}.example.com`,
        servers: [{ host: `twc-0.${domain}` }, { host: `twc-1.${domain}` }],
        licenseServer: { host: `license.${domain}`, ports: [1101] },
      },
      certificates: [
        {
          name: 'public',
          secretRef: { name: KEYSTORE },
          keystore: { key: 'keystore.p12', passwordRef: { name: KEYSTORE, key: 'password' } },
        },
      ],
    },
  };
  return object as unknown as TeamworkProxy;
}
