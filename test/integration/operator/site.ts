import type { TeamworkProxy } from '../../../operator/api/resource.ts';
import { EVENTS, SECRETS, SERVICES } from '../../../operator/kube/resources.ts';
import type { Event, Service } from '../../../operator/kube/types.ts';
import { TEAMWORK_PROXIES } from '../../../operator/reconcile/kinds.ts';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { eventually } from '../../support/eventually.ts';
import { serveResource } from '../api/api-server.ts';
import { createTestNamespace } from '../kube/cluster.ts';
import type { TestNamespace } from '../kube/cluster.ts';
import { startOperator } from './operator.ts';
import type { OperatorProcess } from './operator.ts';

const MANAGER = { fieldManager: 'user' };

type Condition = NonNullable<NonNullable<TeamworkProxy['status']>['conditions']>[number];

/** A namespace with an operator of its own, and what people do there. */
export interface Site extends Pick<TestNamespace, 'namespace' | 'client' | 'release'> {
  readonly operator: OperatorProcess;
  applySecret(name: string, data: Readonly<Record<string, Buffer | string>>, type?: string): Promise<void>;
  applyProxy(name: string, spec: object): Promise<TeamworkProxy>;
  /** The resource once it is for the present generation, and as wanted. */
  until(
    name: string,
    what: string,
    isSo: (proxy: TeamworkProxy, condition: (type: string) => Condition | undefined) => boolean,
  ): Promise<TeamworkProxy>;
  service(name: string): Promise<Service | undefined>;
  /** Does what a load balancer does: gives a Service its address, or takes it away. */
  assign(name: string, address: string | null): Promise<void>;
  /** Events about a resource. */
  events(name: string): Promise<readonly Event[]>;
}

export async function openSite(name: string): Promise<Site> {
  const apiServer = await serveResource(await startControlPlane());
  apiServer.close();
  const created = await createTestNamespace(name);
  const operator = await startOperator(created.namespace);
  return {
    ...siteIn(created, operator),
    async release() {
      await operator.stop();
      await created.release();
    },
  };
}

/** The same in a namespace that is there, with an operator that runs; its release is that of the namespace alone. */
export function siteIn(created: TestNamespace, operator: OperatorProcess): Site {
  const { namespace, client } = created;
  const service = (name: string) => client.get(SERVICES, { namespace, name });
  return {
    namespace,
    client,
    operator,
    service,
    release: () => created.release(),
    async applySecret(name, data, type = 'Opaque') {
      const encoded = Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]);
      await client.apply(
        SECRETS,
        {
          apiVersion: 'v1',
          kind: 'Secret',
          type,
          metadata: { namespace, name },
          data: Object.fromEntries(encoded) as Record<string, string>,
        },
        MANAGER,
      );
    },
    async applyProxy(name, spec) {
      const object = {
        apiVersion: 'teamworkproxy.io/v1alpha1',
        kind: 'TeamworkProxy',
        metadata: { namespace, name },
        spec,
      };
      return client.apply(TEAMWORK_PROXIES, object as TeamworkProxy, MANAGER);
    },
    until: (name, what, isSo) =>
      eventually(`${name}: ${what}`, async () => {
        const proxy = await client.get(TEAMWORK_PROXIES, { namespace, name });
        if (proxy === undefined || proxy.status?.observedGeneration !== proxy.metadata.generation)
          return undefined;
        const condition = (type: string) => proxy.status?.conditions?.find((entry) => entry.type === type);
        return isSo(proxy, condition) ? proxy : undefined;
      }),
    async assign(name, address) {
      await eventually(`the Service ${name}`, () => service(name));
      const ingress = address === null ? [] : [{ ip: address, ipMode: 'VIP' }];
      await client.applyStatus(
        SERVICES,
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { namespace, name },
          status: { loadBalancer: { ingress } },
        },
        { fieldManager: 'load-balancer' },
      );
    },
    async events(name) {
      const { items } = await client.list(EVENTS, { namespace });
      return items.filter(({ regarding }) => regarding?.name === name);
    },
  };
}
