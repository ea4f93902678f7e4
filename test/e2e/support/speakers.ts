import { metallbNamespace } from '../../cluster/metallb/install.ts';
import { nodes } from '../../cluster/network/addresses.ts';
import { kube } from './kube.ts';

/** Port of a MetalLB speaker's metrics on its node. */
const METRICS_PORT = 7472;

/**
 * The nodes whose MetalLB answers for an address, by its own word. Its ServiceL2Status objects say the same only as long as an address
 * stays where it is: two speakers share one object, so the one that lets go deletes it, and the other does not notice.
 */
export async function announcingNodes(address: string): Promise<readonly string[]> {
  const announced = await Promise.all(
    nodes.map(async (node) => {
      const response = await fetch(`http://${node.address}:${METRICS_PORT}/metrics`);
      return announces(await response.text(), address) ? [node.name] : [];
    }),
  );
  return announced.flat();
}

function announces(metrics: string, address: string): boolean {
  return metrics
    .split('\n')
    .some((line) => line.startsWith('metallb_speaker_announced{') && line.includes(`ip="${address}"`));
}

/** The last lines of what the speakers have logged of addresses and of each other. */
export async function speakerLogs(): Promise<string> {
  const selector = '--selector=component=speaker';
  const lines = await kube('logs', `--namespace=${metallbNamespace}`, selector, '--prefix', '--tail=200');
  const telling = lines.split('\n').filter((line) => /serviceAnnounced|serviceWithdrawn|error/.test(line));
  return telling.slice(-20).join('\n');
}
