/** After the last test: the machines beside the cluster go, and the cluster too if it was not there before. */
import { removeCluster } from '../cluster/cleanup/remove.ts';
import { step } from '../cluster/process/progress.ts';
import { removeHosts } from './support/backends.ts';

/** Environment variable that is set while the cluster is one that the setup has started. */
export const clusterIsOurs = 'E2E_STARTED_CLUSTER';

// oxlint-disable-next-line import/no-default-export -- Jest calls the default export of the file that globalTeardown names.
export default async function teardown(): Promise<void> {
  await removeHosts();
  if (process.env[clusterIsOurs] === 'true') await step('Removing the cluster', removeCluster);
}
