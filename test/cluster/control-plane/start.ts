import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { locate } from '../binaries/locate.ts';
import type { Launch } from '../process/daemon.ts';
import { untilReady } from '../process/ready.ts';
import {
  apiServerArguments,
  controllerManagerArguments,
  type ControlPlaneSettings,
  etcdArguments,
  schedulerArguments,
} from './arguments.ts';
import type { Authority } from './authority.ts';
import { writeIdentities } from './identities.ts';
import { type Access, accessFor } from './kubeconfig.ts';
import { type Layout, layoutIn } from './layout.ts';
import { notFoundYet } from './request.ts';

/** The parts of a control plane that runs. */
export interface RunningControlPlane {
  readonly layout: Layout;
  /** As the administrator (group `system:masters`). */
  readonly access: Access;
  /** Signs for whoever joins, for example nodes. */
  readonly authority: Authority;
}

const timeoutMs = 60_000;

/**
 * Makes the keys, starts etcd, the API server, the controller manager and, if there are nodes, the scheduler, and resolves when
 * the API server is ready and the controllers work.
 *
 * @param folder takes everything the control plane writes; it must not hold another one
 * @param launch starts each process; what it started is the caller's to stop, also if this fails
 * @throws if a component does not get ready, with the end of its log
 */
export async function startComponents(
  folder: string,
  settings: ControlPlaneSettings,
  launch: Launch,
): Promise<RunningControlPlane> {
  const layout = layoutIn(folder);
  const url = `https://${settings.address}:${settings.port}`;
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  // etcd needs nothing of what is made meanwhile.
  const [etcd, { authority, admin }] = await Promise.all([
    launch(component(layout, 'etcd', etcdArguments(layout))),
    writeIdentities(layout, url, settings),
  ]);
  const access = accessFor(url, authority.certificate, admin);

  const apiServer = await launch(component(layout, 'kube-apiserver', apiServerArguments(layout, settings)));
  await untilReady({
    what: 'The API server',
    check: () => notFoundYet(access, '/readyz'),
    timeoutMs,
    daemons: [apiServer, etcd],
  });

  const controllerManager = await launch(
    component(layout, 'kube-controller-manager', controllerManagerArguments(layout)),
  );
  const scheduler = settings.nodes
    ? [await launch(component(layout, 'kube-scheduler', schedulerArguments(layout)))]
    : [];
  await untilReady({
    what: 'The controller manager',
    // This account is made by a controller and nobody else; without it no pod can be made in the namespace.
    check: () => notFoundYet(access, '/api/v1/namespaces/default/serviceaccounts/default'),
    timeoutMs,
    daemons: [controllerManager, apiServer, etcd, ...scheduler],
  });
  return { layout, access, authority };
}

type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

function component(layout: Layout, name: Component, args: readonly string[]): Parameters<Launch>[0] {
  return { name, command: locate(name), args, cwd: layout.folder, log: join(layout.logs, `${name}.log`) };
}
