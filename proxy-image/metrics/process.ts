import type { Gauge, Registry } from './registry.ts';

/** Declares what is measured of the process itself, and gives the function that brings it up to date. Merged, processes are added up. */
export function declareProcessMetrics(registry: Registry, role: 'supervisor' | 'worker'): () => void {
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
  const kinds = registry.gauge({
    name: 'teamwork_proxy_memory_bytes',
    help: "Memory by process and kind: resident; of V8's heap what it has taken (heap) and what is in use of that (heap_used); external, buffers included; buffers.",
    labelNames: ['process', 'kind'],
  });
  const kind = (name: string): Gauge => kinds.labels({ process: role, kind: name });
  const resident = kind('resident');
  const heap = kind('heap');
  const heapUsed = kind('heap_used');
  const external = kind('external');
  const buffers = kind('buffers');
  return () => {
    const { user, system } = process.cpuUsage();
    cpu.value = (user + system) / 1e6;
    const usage = process.memoryUsage();
    memory.set(usage.rss);
    resident.set(usage.rss);
    heap.set(usage.heapTotal);
    heapUsed.set(usage.heapUsed);
    external.set(usage.external);
    buffers.set(usage.arrayBuffers);
    busy.value = performance.eventLoopUtilization().active / 1e3;
  };
}
