import type { PodReport } from './types.ts';

/** Whether a pod serves exactly the configuration with this hash, to clients and not just to itself. */
export function servesConfig(pod: PodReport, configHash: string | null): boolean {
  return configHash !== null && pod.problem === null && pod.status?.configHash === configHash;
}
