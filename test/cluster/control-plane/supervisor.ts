/**
 * The process that owns the control plane of the background: it starts it, reports it in a file, and stops it when told to. The
 * control plane's processes are its children and die with it.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { identify } from '../process/identity.ts';
import { print } from '../process/progress.ts';
import { backgroundFiles } from './background.ts';
import { startControlPlane } from './control-plane.ts';

const { state, record } = backgroundFiles();
const stopRequested = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
});

const controlPlane = await startControlPlane({ folder: state, auditLog: true }).catch((error: unknown) => {
  // Whoever started this process shows the end of its log: the message belongs there, not a stack.
  print(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
writeFileSync(
  `${record}.new`,
  JSON.stringify({ supervisor: identify(process.pid), kubeconfig: controlPlane.kubeconfig }),
);
renameSync(`${record}.new`, record);

// A promise alone does not keep a process.
const keepAlive = setInterval(() => undefined, 2 ** 30);
await stopRequested;
clearInterval(keepAlive);
await controlPlane.stop();
