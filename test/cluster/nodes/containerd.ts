import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { locate } from '../binaries/locate.ts';
import type { Node } from '../network/addresses.ts';
import type { Daemon } from '../process/daemon.ts';
import { untilReady } from '../process/ready.ts';
import { pauseImage } from '../images/pause.ts';
import { launchIn, type Machine, runIn } from './machine.ts';

/** The socket inside the machine; it is the default, and so is where containerd keeps its data. */
export const containerdSocket = '/run/containerd/containerd.sock';

const timeoutMs = 30_000;

/** Starts containerd in a node's machine and resolves when it answers. */
export async function startContainerd(node: Node, machine: Machine, folder: string): Promise<Daemon> {
  const cniFolder = join(folder, 'cni');
  mkdirSync(cniFolder, { recursive: true });
  writeFileSync(join(cniFolder, '10-teamwork-proxy.conflist'), JSON.stringify(cniConfig(node), null, 2));
  const config = join(folder, 'containerd.toml');
  writeFileSync(config, containerdConfig(cniFolder));

  const containerd = await launchIn(machine)({
    name: `containerd of ${node.name}`,
    command: locate('containerd'),
    args: [`--config=${config}`],
    // containerd looks for its shim on the PATH.
    env: { PATH: `${dirname(locate('containerd-shim-runc-v2'))}${delimiter}${process.env['PATH']}` },
    log: join(folder, 'containerd.log'),
  });
  await untilReady({
    what: `containerd of ${node.name}`,
    async check() {
      await runIn(machine, locate('ctr'), ['version']);
      return undefined;
    },
    timeoutMs,
    daemons: [containerd],
  });
  return containerd;
}

function containerdConfig(cniFolder: string): string {
  const pluginFolders = (['ptp', 'host-local', 'loopback', 'portmap'] as const).map((name) =>
    dirname(locate(name)),
  );
  return `version = 3
# It would make /opt/containerd on the host.
disabled_plugins = ["io.containerd.internal.v1.opt"]

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "${pauseImage}"

[plugins.'io.containerd.cri.v1.runtime']
# Without CAP_SYS_RESOURCE, as in many virtual machines and containers, a score below the parent's is refused.
restrict_oom_score_adj = true
tolerate_missing_hugetlb_controller = true
disable_hugetlb_controller = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ${JSON.stringify(pluginFolders)}
conf_dir = "${cniFolder}"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

/**
 * How pods get their network. Each is routed on its own (ptp) rather than bridged: on a bridge, a pod that calls a Service and is
 * sent to a pod of its own node gets an answer from the wrong address unless the host has loaded br_netfilter.
 */
export function cniConfig({ podCidr }: Node): object {
  return {
    cniVersion: '1.0.0',
    name: 'teamwork-proxy',
    plugins: [
      {
        type: 'ptp',
        ipam: { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true }, backend: 'nftables' },
    ],
  };
}
