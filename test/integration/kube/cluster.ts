import { connect } from '../../../operator/kube/client/connect.ts';
import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { NAMESPACES } from '../../../operator/kube/resources.ts';
import type { ConfigMap } from '../../../operator/kube/types.ts';

/** Name of the field manager that tests write as. */
export const MANAGER = 'kube-test';

/** A client for the control plane of this run, and a namespace of one's own in it. */
export interface TestNamespace {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Methods of the client's requests so far. */
  readonly methods: readonly string[];
  /** Removes the namespace, without waiting for its content to go, and closes the connections. */
  release(): Promise<void>;
}

/** Makes a namespace whose name begins with `purpose`. */
export async function createTestNamespace(purpose: string): Promise<TestNamespace> {
  const methods: string[] = [];
  const connection = connect({ userAgent: `${MANAGER}/0`, observe: ({ method }) => methods.push(method) });
  const { client } = connection;
  const { metadata } = await client.create(NAMESPACES, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: `${purpose}-` },
  });
  const { name: namespace = '', uid = '' } = metadata ?? {};
  return {
    client,
    namespace,
    methods,
    async release() {
      await client.delete(NAMESPACES, { name: namespace }, { uid });
      connection.close();
    },
  };
}

/** A ConfigMap, the simplest of objects. */
export function configMap(namespace: string, name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}
