import { keepStatuses } from '../support/written-statuses.ts';
import type { SharedControlPlane } from './setup.ts';

/** Keeps the statuses that were written, and stops what the setup started; a cluster that was there before stays. */
// Jest wants a default export here.
// oxlint-disable-next-line import/no-default-export
export default async function teardown(): Promise<void> {
  const controlPlane = (globalThis as SharedControlPlane).integrationControlPlane;
  if (controlPlane?.auditLog !== undefined) await keepStatuses('control-plane', controlPlane.auditLog);
  await controlPlane?.stop();
}
