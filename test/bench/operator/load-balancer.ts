import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { createInformer } from '../../../operator/kube/informer.ts';
import { SERVICES } from '../../../operator/kube/resources.ts';
import type { ObjectKey } from '../../../operator/kube/types.ts';
import { PROXY_LABEL } from '../../../operator/reconcile/render/metadata.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** Addresses are given out one after the other from here. */
const NETWORK = '198.18';

/** Gives every new Service an address, as MetalLB does within milliseconds. */
export interface LoadBalancer {
  stop(): Promise<void>;
}

export function startLoadBalancer(client: KubeClient): LoadBalancer {
  const log = recordingLog();
  const waiting: ObjectKey[] = [];
  let given = 0;
  let working: Promise<void> | undefined;
  const informer = createInformer({
    client,
    resource: SERVICES,
    labelSelector: PROXY_LABEL,
    metadataOnly: true,
    log,
  });

  const work = async (): Promise<void> => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      given += 1;
      await assign(client, key, `${NETWORK}.${given >> 8}.${given & 255}`);
    }
    working = undefined;
  };
  informer.store.onChange((before, after) => {
    const { namespace = '', name = '' } = after?.metadata ?? {};
    if (before !== undefined || after === undefined) return;
    waiting.push({ namespace, name });
    working ??= work();
  });
  informer.start();
  return {
    async stop() {
      waiting.length = 0;
      await informer.stop();
      await working;
    },
  };
}

async function assign(client: KubeClient, { namespace = '', name }: ObjectKey, ip: string): Promise<void> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    status: { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } },
  };
  await client.applyStatus(SERVICES, service, { fieldManager: 'load-balancer' });
}
