/** The operator: wiring only. */
import { once } from 'node:events';
import { hostname } from 'node:os';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { GROUP } from './api/resource.ts';
import { connect } from './kube/client/connect.ts';
import { ownedByServiceAccount } from './kube/client/service-account.ts';
import { createController } from './kube/controller.ts';
import { createEventRecorder } from './kube/events.ts';
import { metricsPage, probe, serveHttp } from './kube/http-server.ts';
import { createLeaderElection } from './kube/leader-election/leader-election.ts';
import { createMetrics } from './kube/metrics.ts';
import type { OwnerReference } from './kube/types.ts';
import { exposeCertificates } from './reconcile/certificate-metrics.ts';
import { watchCluster } from './reconcile/cluster.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { createStatusMemory } from './reconcile/status-memory.ts';
import { readSettings } from './settings.ts';

/** How many resources are worked on at a time. */
const WORKERS = 4;

/** Name of the Lease that one operator at a time holds. */
const LEASE = 'teamwork-proxy-operator';

const settings = readSettings(process.env, hostname());
const log = pino({ level: settings.logLevel, base: { version: packageJson.version } });
const metrics = createMetrics();
const userAgent = `${packageJson.name}/${packageJson.version}`;
const connection = connect({ userAgent, observe: metrics.request });
const election = createLeaderElection({
  client: connection.client,
  lease: { namespace: settings.podNamespace, name: LEASE },
  identity: settings.podName,
  owner: leaseOwner(),
  log,
  onChange: (isLeader) => metrics.leader(LEASE, isLeader),
});
const cluster = watchCluster({ client: connection.client, namespaces: settings.namespaces, log });
const leading = connection.client.withSignal(election.signal, () => election.check());
const events = createEventRecorder({
  client: leading,
  controller: `${GROUP}/operator`,
  instance: settings.podName,
  log,
});
const memory = createStatusMemory();
const controller = createController({
  name: 'teamworkproxy',
  workers: WORKERS,
  log,
  metrics,
  async reconcile(key, context) {
    const proxy = cluster.proxy(key);
    // What belonged to it is removed by the garbage collector, so there is nothing left to do.
    if (proxy === undefined) memory.forget(key);
    if (proxy === undefined || proxy.metadata.deletionTimestamp !== undefined) return {};
    const reconciler = {
      cluster,
      client: leading,
      events,
      memory,
      settings: { image: settings.proxyImage, operatorNamespace: settings.podNamespace },
      now: () => new Date(),
    };
    return reconcile(proxy, reconciler, context);
  },
});
cluster.onChange((key) => controller.enqueue(key));
exposeCertificates(metrics.registry, () => cluster.proxies());

let synced = false;
const probes = await serveHttp({
  port: settings.probePort,
  routes: {
    // Not tied to the API server: a restart would not bring that back.
    '/healthz': probe({}),
    '/readyz': probe({ caches: () => (synced ? undefined : 'still reading what there is in the cluster') }),
  },
});
const metricsServer = await serveHttp({
  port: settings.metricsPort,
  routes: { '/metrics': metricsPage(metrics.registry) },
});
log.info(
  { metricsPort: metricsServer.port, probePort: probes.port, namespaces: settings.namespaces },
  'Starting',
);

const stopping = Promise.race([
  once(process, 'SIGTERM').then(() => 0),
  once(process, 'SIGINT').then(() => 0),
  once(election.signal, 'abort').then(() => 1),
]);
cluster.start();
election.start();
void lead();
process.exitCode = await stopping;
await shutDown();

/**
 * The Lease goes with the account that the operator runs as: when the chart is uninstalled, its permissions are taken away before its pod
 * ends, so that could not give the Lease back, and the next installation would have to wait until it expires.
 */
function leaseOwner(): OwnerReference | undefined {
  const { serviceAccount } = connection;
  const isThere = serviceAccount?.namespace === settings.podNamespace;
  return isThere ? ownedByServiceAccount(serviceAccount) : undefined;
}

async function lead(): Promise<void> {
  synced = await cluster.hasSynced;
  if (!synced || !(await election.acquired)) return;
  log.info('Leading');
  controller.start();
}

/** Ends in an order in which nothing is written after the Lease is given back. */
async function shutDown(): Promise<void> {
  log.info('Stopping');
  await controller.stop();
  await events.stop();
  await election.stop();
  await Promise.all([cluster.stop(), probes.close(), metricsServer.close()]);
  connection.close();
}
