/** Before the first test: the cluster, the servers and clients beside it, and the operator, installed as the README says. */
import { rmSync } from 'node:fs';
import { install } from '../cluster/binaries/install.ts';
import { builtImages } from '../cluster/images/load.ts';
import { findProblems } from '../cluster/lifecycle/health.ts';
import { bringUp, loadBuiltImages } from '../cluster/lifecycle/up.ts';
import { withLock } from '../cluster/process/lock.ts';
import { print, step } from '../cluster/process/progress.ts';
import { removeArgocd } from './argocd/install.ts';
import { startBackends } from './support/backends.ts';
import { shareFixtures } from './support/fixtures.ts';
import { compileJava } from './support/java.ts';
import { createAuthority, createKeystore } from './support/keytool.ts';
import { workFolder } from './support/layout.ts';
import { installOperator, removeOperator } from './support/operator.ts';
import { installPackages } from './support/packages.ts';
import { clusterIsOurs } from './teardown.ts';

// oxlint-disable-next-line import/no-default-export -- Jest calls the default export of the file that globalSetup names.
export default async function setup(): Promise<void> {
  if (builtImages().length < 2) throw new Error('The images have not been built. Run "make images" first.');
  await installPackages();
  await install(['helm', 'argocd']);
  await startCluster();
  await step('Removing what an earlier run left', async () => {
    await removeArgocd();
    await removeOperator();
  });

  rmSync(workFolder, { recursive: true, force: true });
  const authority = await step('Certificate authority', createAuthority);
  const keystore = await createKeystore(authority, { name: 'keystore' });
  const renewed = await createKeystore(authority, { name: 'renewed' });
  const elliptic = await createKeystore(authority, { name: 'elliptic', keyAlgorithm: 'EC' });
  shareFixtures({ authority, keystore, renewed, elliptic });
  await step('Java programs', compileJava);
  await step('Servers and clients', () => startBackends(keystore));
  await step('Operator', installOperator);
}

async function startCluster(): Promise<void> {
  const wasUp = (await findProblems()).length === 0;
  if (!wasUp) process.env[clusterIsOurs] = 'true';
  const onWait = () => print('Another command is changing the cluster; waiting for it ...');
  await withLock('cluster', onWait, async () => {
    await bringUp();
    if (wasUp) await loadBuiltImages();
  });
}
