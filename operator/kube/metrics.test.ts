import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

/** Names, types and labels as controller-runtime and client-go have them; dashboards are made for these. */
const KNOWN = [
  'controller_runtime_active_workers gauge {controller}',
  'controller_runtime_max_concurrent_reconciles gauge {controller}',
  'controller_runtime_reconcile_errors_total counter {controller}',
  'controller_runtime_reconcile_time_seconds histogram {controller}',
  'controller_runtime_reconcile_total counter {controller,result}',
  'leader_election_master_status gauge {name}',
  'rest_client_requests_total counter {code,host,method}',
  'workqueue_adds_total counter {name}',
  'workqueue_depth gauge {name}',
  'workqueue_longest_running_processor_seconds gauge {name}',
  'workqueue_queue_duration_seconds histogram {name}',
  'workqueue_retries_total counter {name}',
  'workqueue_unfinished_work_seconds gauge {name}',
  'workqueue_work_duration_seconds histogram {name}',
];

function metricsAtWork() {
  const metrics = createMetrics();
  metrics.request({ code: '200', method: 'GET', host: 'api:443' });
  metrics.leader('operator', true);
  const queue = metrics.queue('widget', () => ({ depth: 3, working: [1500, 500] }));
  queue.added();
  queue.taken(250);
  queue.retried();
  queue.finished(1500);
  const controller = metrics.controller('widget', 4);
  controller.began();
  controller.ended('error', 1500);
  return metrics;
}

describe('createMetrics', () => {
  it('has all names that dashboards know, with their types and labels', async () => {
    const all = await metricsAtWork().registry.getMetricsAsJSON();

    const ours = all.filter(({ name }) => /^(controller_|leader_|rest_|workqueue_)/.test(name));
    const described = ours.map(({ name, type, values }) => {
      const labels = values.flatMap((value) => Object.keys(value.labels)).filter((label) => label !== 'le');
      return `${name} ${String(type)} {${[...new Set(labels)].toSorted().join(',')}}`;
    });
    expect(described.toSorted()).toEqual(KNOWN);
  });

  it('counts in seconds', async () => {
    const text = await metricsAtWork().registry.metrics();

    for (const line of [
      'rest_client_requests_total{code="200",method="GET",host="api:443"} 1',
      'leader_election_master_status{name="operator"} 1',
      'workqueue_depth{name="widget"} 3',
      'workqueue_unfinished_work_seconds{name="widget"} 2',
      'workqueue_longest_running_processor_seconds{name="widget"} 1.5',
      'workqueue_queue_duration_seconds_sum{name="widget"} 0.25',
      'workqueue_work_duration_seconds_sum{name="widget"} 1.5',
      'workqueue_retries_total{name="widget"} 1',
      'controller_runtime_reconcile_time_seconds_sum{controller="widget"} 1.5',
      'controller_runtime_reconcile_errors_total{controller="widget"} 1',
      'controller_runtime_active_workers{controller="widget"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="widget"} 4',
    ])
      expect(text.split('\n')).toContain(line);
  });

  it('says that a process is not the leader before it has been one', async () => {
    const metrics = createMetrics();
    metrics.leader('operator', false);

    await expect(metrics.registry.metrics()).resolves.toContain(
      'leader_election_master_status{name="operator"} 0',
    );
  });
});
