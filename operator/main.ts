/** The operator: wiring only. */
import { hostname } from 'node:os';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { connect } from './kube/client/connect.ts';
import { createController } from './kube/controller.ts';
import { createMetrics } from './kube/metrics.ts';
import { watchCluster } from './reconcile/cluster.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { readSettings } from './settings.ts';

/** How many resources are worked on at a time. */
const WORKERS = 4;

const settings = readSettings(process.env, hostname());
const log = pino({ level: settings.logLevel, base: { version: packageJson.version } });
const metrics = createMetrics();
const connection = connect({ userAgent: `${packageJson.name}/${packageJson.version}`, observe: metrics.request });
const { client } = connection;
const cluster = watchCluster({ client, namespaces: settings.namespaces, log });
const controller = createController({
  name: 'teamworkproxy',
  workers: WORKERS,
  log,
  metrics,
  async reconcile(key, context) {
    const proxy = cluster.proxy(key);
    // What belonged to it is removed by the garbage collector, so there is nothing left to do.
    if (proxy === undefined || proxy.metadata.deletionTimestamp !== undefined) return {};
    return reconcile(proxy, { cluster, client, proxyImage: settings.proxyImage, now: () => new Date() }, context);
  },
});
cluster.onChange((key) => controller.enqueue(key));
