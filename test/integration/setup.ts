import { install } from '../cluster/binaries/install.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane/control-plane.ts';
import { usesExistingCluster } from '../cluster/control-plane/existing.ts';

/** Where the teardown, which Jest runs in the same process, finds what the setup started. */
export interface SharedControlPlane {
  integrationControlPlane?: ControlPlane;
}

/** Starts one control plane for all integration tests, built at the first time; `startControlPlane` gives it to each of them. */
// Jest wants a default export here.
// oxlint-disable-next-line import/no-default-export
export default async function setup(): Promise<void> {
  if (!usesExistingCluster()) await install(['control-plane']);
  const controlPlane = await startControlPlane({ auditLog: true });
  (globalThis as SharedControlPlane).integrationControlPlane = controlPlane;
  process.env['USE_EXISTING_CLUSTER'] = 'true';
  process.env['KUBECONFIG'] = controlPlane.kubeconfig;
  if (controlPlane.auditLog !== undefined) process.env['KUBE_AUDIT_LOG'] = controlPlane.auditLog;
}
