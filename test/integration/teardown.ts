import type { SharedControlPlane } from './setup.ts';

/** Stops what the setup started; a cluster that was there before stays. */
// Jest wants a default export here.
// oxlint-disable-next-line import/no-default-export
export default async function teardown(): Promise<void> {
  await (globalThis as SharedControlPlane).integrationControlPlane?.stop();
}
