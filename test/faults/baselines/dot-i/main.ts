/** A minimal operator on `@dot-i/k8s-operator`, written as its README says: watches in `init`, one handler, errors are logged. */
import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '../../../../operator/api/resource.ts';
import type { TeamworkProxy } from '../../../../operator/api/resource.ts';
import type { KubernetesObject, Pod } from '../../../../operator/kube/types.ts';
import { OWNED_KINDS } from '../../../../operator/reconcile/kinds.ts';
import { WATCHED, apiVersionOf, isOwnedBy, isPodOf, namesOf } from '../shared/objects.ts';
import { type Cluster, FIELD_MANAGER, reconcile } from '../shared/pass.ts';
import { KubernetesObjectApi, Operator, ResourceMetaImpl } from './library.ts';
import type { ObjectApi, ResourceEvent } from './library.ts';

const NAMESPACE = process.env['WATCH_NAMESPACES'] ?? 'default';

const APPLY = { headers: { 'Content-Type': 'application/apply-patch+yaml' } };
const MERGE = { headers: { 'Content-Type': 'application/merge-patch+json' } };

class ProxyOperator extends Operator {
  readonly #api: ObjectApi;

  constructor() {
    super({ debug: console.log, info: console.log, warn: console.log, error: console.error });
    this.#api = KubernetesObjectApi.makeApiClient(this.kubeConfig);
  }

  protected override async init(): Promise<void> {
    await this.watchResource(GROUP, VERSION, PLURAL, async (event) => this.#changed(event), NAMESPACE);
    for (const { group, version, plural } of WATCHED)
      await this.watchResource(group, version, plural, async (event) => this.#changed(event), NAMESPACE);
  }

  async #changed({ object, meta, type }: ResourceEvent): Promise<void> {
    try {
      if (object.kind === KIND) {
        if (type !== 'DELETED') await reconcile(object as TeamworkProxy, this.#cluster());
        return;
      }
      const proxies = object.kind === 'Secret' ? await this.#list(API_VERSION, KIND) : [];
      for (const name of namesOf(object, proxies as readonly TeamworkProxy[])) {
        const proxy = await this.#read(API_VERSION, KIND, name);
        if (proxy !== undefined) await reconcile(proxy as TeamworkProxy, this.#cluster());
      }
    } catch (error) {
      console.error(`${meta.kind} ${meta.name}:`, error instanceof Error ? error.message : error);
    }
  }

  #cluster(): Cluster {
    const api = this.#api;
    return {
      readSecret: async (_namespace, name) => this.#read('v1', 'Secret', name),
      owned: async (proxy) => {
        const lists = await Promise.all(OWNED_KINDS.map((kind) => this.#list(apiVersionOf(kind), kind.kind)));
        return lists.flat().filter((object) => isOwnedBy(object, proxy));
      },
      pods: async (proxy) => {
        const pods = (await this.#list('v1', 'Pod')) as readonly Pod[];
        return pods.filter((pod) => isPodOf(pod, proxy));
      },
      apply: async (object) =>
        (await api.patch(object, undefined, undefined, FIELD_MANAGER, true, APPLY)).body,
      remove: async (object) => {
        await api.delete(object);
      },
      annotate: async (pod, annotations) => {
        const { namespace, name } = pod.metadata ?? {};
        const change = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, annotations } };
        await api.patch(change, undefined, undefined, undefined, undefined, MERGE);
      },
      writeStatus: async (proxy, status) => {
        await this.setResourceStatus(ResourceMetaImpl.createWithPlural(PLURAL, proxy), status);
      },
    };
  }

  async #list(apiVersion: string, kind: string): Promise<readonly KubernetesObject[]> {
    const { body } = await this.#api.list(apiVersion, kind, NAMESPACE);
    return body.items.map((item) => ({ ...plain(item), apiVersion, kind }));
  }

  async #read(apiVersion: string, kind: string, name: string): Promise<KubernetesObject | undefined> {
    try {
      const { body } = await this.#api.read({ apiVersion, kind, metadata: { namespace: NAMESPACE, name } });
      return plain(body);
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }
}

/** As JSON has it: the client makes dates of times. */
function plain(object: KubernetesObject): KubernetesObject {
  return JSON.parse(JSON.stringify(object));
}

const operator = new ProxyOperator();
const exit = (): void => {
  operator.stop();
  process.exit(0);
};
process.on('SIGTERM', exit).on('SIGINT', exit);
await operator.start();
