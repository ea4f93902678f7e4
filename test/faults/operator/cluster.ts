/** The real control plane that operators are tried on, and what all runs have in common. */
import { randomUUID } from 'node:crypto';
import { connect } from '../../../operator/kube/client/connect.ts';
import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { type Informer, createInformer } from '../../../operator/kube/informer.ts';
import { CONFIG_MAPS, LEASES, NAMESPACES, PODS } from '../../../operator/kube/resources.ts';
import type { Resource } from '../../../operator/kube/resources.ts';
import type { KubernetesObject } from '../../../operator/kube/types.ts';
import { OWNED_KINDS, TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { serveResource } from '../../integration/api/api-server.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { FIRST, GIVEN_SECRETS, PROXY, applyProxy, deleteProxy } from './scenario.ts';
import { type World, worldOf } from './world.ts';

/** User agent of what tests themselves do. */
const PEOPLE = 'operator-faults';

/** The garbage collector looks twice a minute for kinds that are new to it. */
const GARBAGE_COLLECTION_MS = 90_000;

/** What the control plane itself puts into every namespace. */
const GIVEN = new Set(['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default']);

export interface FaultsCluster {
  readonly controlPlane: ControlPlane;
  readonly client: KubeClient;
  readonly ledger: Ledger;
  /** All that an operator is answerable for in a namespace, as it is at the moment. */
  world(namespace: string): World;
  /** Changes with every object that changes in a namespace, each with kind, name, uid and version. */
  version(namespace: string): string;
  /** The same with pods, of which statuses tell. */
  activity(namespace: string): string;
  createNamespace(): Promise<string>;
  /** Removes it, without waiting for its content to go. */
  deleteNamespace(namespace: string): Promise<void>;
  /** Gives back what a killed operator held, as time would. */
  removeLeases(namespace: string): Promise<void>;
  close(): Promise<void>;
}

export async function openFaultsCluster(): Promise<FaultsCluster> {
  const controlPlane = await startControlPlane();
  const apiServer = await serveResource(controlPlane);
  apiServer.close();
  if (controlPlane.auditLog === undefined) throw new Error('the control plane keeps no audit log');
  const connection = connect({ userAgent: `${PEOPLE}/0`, kubeconfig: controlPlane.kubeconfig });
  const { client } = connection;
  const watched = [...OWNED_KINDS, TEAMWORK_PROXIES].map((resource) => watch(client, resource));
  const pods = watch(client, PODS);
  const informers = [...watched, pods];
  for (const { informer } of informers) informer.start();
  await Promise.all(informers.map(({ informer }) => informer.hasSynced));
  const cluster: FaultsCluster = {
    controlPlane,
    client,
    ledger: openLedger(controlPlane.auditLog, PEOPLE),
    world: (namespace) => worldOf(objectsIn(watched, namespace), namespace),
    version: (namespace) => versionOf(objectsIn(watched, namespace)),
    activity: (namespace) => versionOf(objectsIn(informers, namespace)),
    async createNamespace() {
      // The ledger counts by name, and among two thousand names of the server's own making one comes again in every eighth run.
      const metadata = { name: `faults-${randomUUID()}` };
      const created = await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata });
      return created.metadata?.name ?? '';
    },
    async deleteNamespace(name) {
      const found = await client.get(NAMESPACES, { name });
      if (found !== undefined) await client.delete(NAMESPACES, { name }, { uid: found.metadata?.uid ?? '' });
    },
    async removeLeases(namespace) {
      const { items } = await client.list(LEASES, { namespace });
      for (const { metadata } of items)
        await client.delete(LEASES, { namespace, name: metadata?.name ?? '' }, { uid: metadata?.uid ?? '' });
    },
    async close() {
      await Promise.all(informers.map(({ informer }) => informer.stop()));
      connection.close();
    },
  };
  await untilGarbageIsCollected(cluster);
  return cluster;
}

function versionOf(objects: readonly KubernetesObject[]): string {
  const versions = objects.map(
    ({ kind, metadata }) => `${kind}/${metadata?.name} ${metadata?.uid} ${metadata?.resourceVersion}`,
  );
  return versions.join();
}

interface Watched {
  readonly kind: string;
  readonly informer: Informer<KubernetesObject>;
}

function watch(client: KubeClient, resource: Resource): Watched {
  const indexers = { namespace: ({ metadata }: KubernetesObject) => [metadata?.namespace ?? ''] };
  return {
    kind: resource.kind,
    informer: createInformer({ client, resource, indexers, log: recordingLog() }),
  };
}

function objectsIn(informers: readonly Watched[], namespace: string): readonly KubernetesObject[] {
  const all = informers.flatMap(({ kind, informer }) =>
    informer.store.byIndex('namespace', namespace).map((object) => ({ ...object, kind })),
  );
  return all.filter(({ kind, metadata }) => {
    const name = metadata?.name ?? '';
    return !GIVEN.has(`${kind}/${name}`) && !(kind === 'Secret' && GIVEN_SECRETS.has(name));
  });
}

/** Resolves when what belongs to a resource goes with it, which the garbage collector has to learn first. */
async function untilGarbageIsCollected(cluster: FaultsCluster): Promise<void> {
  const { client } = cluster;
  const namespace = await cluster.createNamespace();
  const stage = { client, namespace };
  const { apiVersion, kind, metadata } = await applyProxy(stage, FIRST);
  const owner = { apiVersion: apiVersion ?? '', kind: kind ?? '', name: PROXY, uid: metadata.uid };
  await client.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: 'owned', ownerReferences: [owner] },
  });
  await deleteProxy(stage);
  const isGone = async () => {
    const found = await client.get(CONFIG_MAPS, { namespace, name: 'owned' });
    return found === undefined ? true : undefined;
  };
  await eventually('an end of what belonged to a deleted resource', isGone, GARBAGE_COLLECTION_MS);
  await cluster.deleteNamespace(namespace);
}
