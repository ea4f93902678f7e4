import type { PodReport } from './types.ts';

/** Whether a pod serves exactly the configuration with this hash. */
export function servesConfig(pod: PodReport, configHash: string | null): boolean {
  return configHash !== null && pod.status?.configHash === configHash;
}
