/** The operator's process: its settings, its two HTTP servers, its signals. */
import { once } from 'node:events';
import { hostname } from 'node:os';
import { pino } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { metricsPage, probe, serveHttp } from './kube/http-server.ts';
import { createMetrics, observeProcess } from './kube/metrics.ts';
import { createOperator } from './operator.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env, hostname());
const log = pino({ level: settings.logLevel, base: { version: packageJson.version } });
const metrics = createMetrics();
observeProcess(metrics.registry);
const operator = createOperator({ settings, log, metrics });

const probes = await serveHttp({
  port: settings.probePort,
  routes: {
    // Not tied to the API server: a restart would not bring that back.
    '/healthz': probe({}),
    '/readyz': probe({
      caches: () => (operator.hasSynced ? undefined : 'still reading what there is in the cluster'),
    }),
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
  once(operator.lost, 'abort').then(() => 1),
]);
operator.start();
process.exitCode = await stopping;
log.info('Stopping');
await operator.stop();
await Promise.all([probes.close(), metricsServer.close()]);
