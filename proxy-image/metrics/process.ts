import type { Registry } from './registry.ts';

/** Declares what is measured of the process itself, and gives the function that brings it up to date. Merged, processes are added up. */
export function declareProcessMetrics(registry: Registry): () => void {
  const cpu = registry
    .counter({
      name: 'process_cpu_seconds_total',
      help: 'CPU time of all processes of the proxy.',
      labelNames: [],
    })
    .labels({});
  const memory = registry
    .gauge({
      name: 'process_resident_memory_bytes',
      help: 'Resident memory of all processes of the proxy; what they share is counted for each.',
      labelNames: [],
    })
    .labels({});
  const busy = registry
    .counter({
      name: 'teamwork_proxy_event_loop_busy_seconds_total',
      help: 'Time that event loops were not waiting; its rate divided by the number of processes is their load.',
      labelNames: [],
    })
    .labels({});
  return () => {
    const { user, system } = process.cpuUsage();
    cpu.value = (user + system) / 1e6;
    memory.set(process.memoryUsage.rss());
    busy.value = performance.eventLoopUtilization().active / 1e3;
  };
}
