/** After the last test: the statuses that were written are kept, the machines beside the cluster go, and the cluster too if it was not there before. */
import { removeCluster } from '../cluster/cleanup/remove.ts';
import { layoutIn } from '../cluster/control-plane/layout.ts';
import { controlPlaneFolder } from '../cluster/lifecycle/folders.ts';
import { step } from '../cluster/process/progress.ts';
import { keepStatuses } from '../support/written-statuses.ts';
import { removeHosts } from './support/backends.ts';

/** Environment variable that is set while the cluster is one that the setup has started. */
export const clusterIsOurs = 'E2E_STARTED_CLUSTER';

// oxlint-disable-next-line import/no-default-export -- Jest calls the default export of the file that globalTeardown names.
export default async function teardown(): Promise<void> {
  await keepStatuses('cluster', layoutIn(controlPlaneFolder()).auditLog);
  await removeHosts();
  if (process.env[clusterIsOurs] === 'true') await step('Removing the cluster', removeCluster);
}
