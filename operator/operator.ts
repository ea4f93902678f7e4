/** The operator without its process: what is wired together, for operator/main.ts and for tests that let it live and die many times. */
import packageJson from '../package.json' with { type: 'json' };
import { GROUP } from './api/resource.ts';
import { connect } from './kube/client/connect.ts';
import type { Connection } from './kube/client/connect.ts';
import { ownedByServiceAccount } from './kube/client/service-account.ts';
import { type Clock, systemClock } from './kube/clock.ts';
import { createController } from './kube/controller.ts';
import type { Controller } from './kube/controller.ts';
import { createEventRecorder } from './kube/events.ts';
import type { EventRecorder } from './kube/events.ts';
import type { KubeClient } from './kube/client/kube-client.ts';
import { createLeaderElection } from './kube/leader-election/leader-election.ts';
import type { Logger } from './kube/log.ts';
import type { Metrics } from './kube/metrics.ts';
import type { OwnerReference } from './kube/types.ts';
import { exposeCertificates } from './reconcile/certificate-metrics.ts';
import { watchCluster } from './reconcile/cluster.ts';
import type { Cluster } from './reconcile/cluster.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { createStatusMemory } from './reconcile/status-memory.ts';
import { createTellPods } from './reconcile/tell-pods.ts';
import type { Settings } from './settings.ts';

/** How many resources are worked on at a time. */
const WORKERS = 4;

/** Name of the Lease that one operator at a time holds. */
const LEASE = 'teamwork-proxy-operator';

export interface OperatorOptions {
  readonly settings: Omit<Settings, 'logLevel' | 'metricsPort' | 'probePort'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Path of a kubeconfig file; if left out, the environment says where the cluster is. */
  readonly kubeconfig?: string;
  readonly clock?: Clock;
}

export interface Operator {
  /** Whether it has seen all there is in the cluster. */
  readonly hasSynced: boolean;
  /** Fires when another operator may lead: this one has to end then. */
  readonly lost: AbortSignal;
  start(): void;
  /** Ends in an order in which nothing is written after the Lease is given back. */
  stop(): Promise<void>;
}

/**
 * @throws if the environment names no cluster
 */
export function createOperator(options: OperatorOptions): Operator {
  const { settings, log, metrics, kubeconfig, clock = systemClock } = options;
  const userAgent = `${packageJson.name}/${packageJson.version}`;
  const connection = connect({ userAgent, kubeconfig, clock, observe: metrics.request });
  metrics.leader(LEASE, false);
  const election = createLeaderElection({
    client: connection.client,
    lease: { namespace: settings.podNamespace, name: LEASE },
    identity: settings.podName,
    owner: leaseOwner(connection, settings),
    log,
    clock,
    onChange: (isLeader) => metrics.leader(LEASE, isLeader),
  });
  const cluster = watchCluster({ client: connection.client, namespaces: settings.namespaces, log, clock });
  const leading = connection.client.withSignal(election.signal, () => election.check());
  const instance = settings.podName;
  const controllerName = `${GROUP}/operator`;
  const events = createEventRecorder({ client: leading, controller: controllerName, instance, log, clock });
  const controller = createProxyController({ ...options, clock, cluster, client: leading, events });
  cluster.onChange((key) => controller.enqueue(key));
  exposeCertificates(metrics.registry, () => cluster.proxies());

  let synced = false;
  const lead = async () => {
    synced = await cluster.hasSynced;
    if (!synced || !(await election.acquired)) return;
    log.info({}, 'Leading');
    controller.start();
  };
  return {
    get hasSynced() {
      return synced;
    },
    lost: election.signal,
    start() {
      cluster.start();
      election.start();
      void lead();
    },
    async stop() {
      await controller.stop();
      await events.stop();
      await election.stop();
      await cluster.stop();
      connection.close();
    },
  };
}

interface Wiring extends Omit<OperatorOptions, 'kubeconfig'> {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /** Writes only while this operator leads. */
  readonly client: KubeClient;
  readonly events: EventRecorder;
}

function createProxyController({
  settings,
  log,
  metrics,
  clock,
  cluster,
  client,
  events,
}: Wiring): Controller {
  const memory = createStatusMemory();
  const tellPods = createTellPods();
  return createController({
    name: 'teamworkproxy',
    workers: WORKERS,
    log,
    metrics,
    clock,
    async reconcile(key, context) {
      const proxy = cluster.proxy(key);
      // What belonged to it is removed by the garbage collector, so there is nothing left to do.
      if (proxy === undefined) memory.forget(key);
      if (proxy === undefined || proxy.metadata.deletionTimestamp !== undefined) return {};
      const reconciler = {
        cluster,
        client,
        events,
        memory,
        tellPods,
        settings: { image: settings.proxyImage, operatorNamespace: settings.podNamespace },
        now: () => new Date(clock.now()),
      };
      return reconcile(proxy, reconciler, context);
    },
  });
}

/**
 * The Lease goes with the account that the operator runs as: when the chart is uninstalled, its permissions are taken away before its pod
 * ends, so that could not give the Lease back, and the next installation would have to wait until it expires.
 */
function leaseOwner(
  { serviceAccount }: Connection,
  { podNamespace }: Pick<Settings, 'podNamespace'>,
): OwnerReference | undefined {
  const isThere = serviceAccount?.namespace === podNamespace;
  return isThere ? ownedByServiceAccount(serviceAccount) : undefined;
}
