import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Daemon, type DaemonSpec, launchBound } from '../process/daemon.ts';
import { existingControlPlane, usesExistingCluster } from './existing.ts';
import { makeInstanceFolder, removeOrphanedFolders } from './instance-folder.ts';
import type { Access } from './kubeconfig.ts';
import { layoutIn } from './layout.ts';
import { freePort } from '../process/free-port.ts';
import { startComponents } from './start.ts';

/** A control plane to test against, with the credentials of an administrator. */
export interface ControlPlane extends Access {
  /** Path of the kubeconfig file. */
  readonly kubeconfig: string;
  /** Path of the audit log, one JSON object per line, if it was asked for. */
  readonly auditLog?: string;
  /** Stops every process and removes every file of it. Does nothing to a cluster that was there before. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Whether to record every request, at level Metadata; false if left out. */
  readonly auditLog?: boolean;
  /** An empty folder for everything it writes; a new one below the temporary folder if left out. */
  readonly folder?: string;
  /** What node ports are taken from, such as `30000-32767`, which is what an API server has if left out. */
  readonly nodePorts?: string;
}

const attempts = 3;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on loopback, as whoever calls, and resolves when they work; that takes
 * a few seconds. Any number may run at the same time. The kernel kills them when this process dies, even by SIGKILL; call this
 * from the main thread, because it is that thread's death that counts.
 *
 * With `USE_EXISTING_CLUSTER=true` it starts nothing and gives the cluster of `KUBECONFIG`.
 *
 * @throws if a binary is missing, with how to install it, or if a component does not get ready, with the end of its log
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  if (usesExistingCluster()) {
    return existingControlPlane();
  }

  removeOrphanedFolders();
  for (let attempt = 1; ; attempt += 1) {
    const folder = options.folder ?? makeInstanceFolder();
    try {
      return await startIn(folder, options);
    } catch (error) {
      // Between choosing a free port and listening on it, another process may have taken it.
      if (attempt === attempts || !portWasTaken(folder)) {
        throw error;
      }
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function startIn(
  folder: string,
  { auditLog = false, nodePorts }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const daemons: Daemon[] = [];
  const launch = async (spec: DaemonSpec) => {
    const daemon = await launchBound(spec);
    daemons.push(daemon);
    return daemon;
  };
  const killAll = async () => {
    await Promise.all(daemons.map((daemon) => daemon.kill()));
  };

  const port = await freePort();
  const settings = {
    address: '127.0.0.1',
    port,
    serviceCidr: '10.96.0.0/16',
    ...(nodePorts === undefined ? {} : { nodePorts }),
    auditLog,
    nodes: false,
  };
  try {
    const { access, layout } = await startComponents(folder, settings, launch);
    return {
      ...access,
      kubeconfig: layout.kubeconfig,
      ...(auditLog ? { auditLog: layout.auditLog } : {}),
      async stop() {
        await killAll();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await killAll();
    throw error;
  }
}

function portWasTaken(folder: string): boolean {
  try {
    return readFileSync(join(layoutIn(folder).logs, 'kube-apiserver.log'), 'utf8').includes(
      'address already in use',
    );
  } catch {
    return false;
  }
}
