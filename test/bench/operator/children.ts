import type { KubeClient } from '../../../operator/kube/client/kube-client.ts';
import { createInformer } from '../../../operator/kube/informer.ts';
import type { KubernetesObject } from '../../../operator/kube/types.ts';
import { OWNED_KINDS } from '../../../operator/reconcile/kinds.ts';
import { PROXY_LABEL } from '../../../operator/reconcile/render/metadata.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** What a resource of this benchmark becomes, by kind and what follows its name. */
const CHILDREN = [
  'ConfigMap -client-trust',
  'ConfigMap -config',
  'ConfigMap -server-settings',
  'Deployment ',
  'NetworkPolicy ',
  'PodDisruptionBudget ',
  'Secret -tls',
  'Service -client',
  'Service -license',
  'Service -web',
  'ServiceAccount ',
] as const;

/** Sees from outside when an operator has done what it was asked for. */
export interface Children {
  /** When the last child of a resource was seen, by `performance.now()`; rejects after two minutes, naming those that were not. */
  allOf(name: string): Promise<number>;
  /** When all children of that many resources were seen. */
  count(resources: number): Promise<number>;
  /** When an object is seen to have changed next. */
  nextChange(kind: string, name: string): Promise<number>;
  stop(): Promise<void>;
}

/** How long all of one resource are waited for, and all else, in milliseconds. */
const ONE_TIMEOUT_MS = 120_000;
const TIMEOUT_MS = 600_000;

/** Watches the children of all resources; of metadata alone, so that it takes little from those it measures. */
export async function watchChildren(client: KubeClient): Promise<Children> {
  const seen = new Map<string, Set<string>>();
  const listeners = new Set<(at: number, object: KubernetesObject, kind: string) => void>();
  let complete = 0;

  const note = (object: KubernetesObject, kind: string): void => {
    const { name = '', labels } = object.metadata ?? {};
    const proxy = labels?.[PROXY_LABEL] ?? '';
    const child = `${kind} ${name.slice(proxy.length)}`;
    const children = seen.get(proxy) ?? new Set();
    seen.set(proxy, children);
    if ((CHILDREN as readonly string[]).includes(child) && !children.has(child)) {
      children.add(child);
      if (children.size === CHILDREN.length) complete += 1;
    }
  };
  const informers = OWNED_KINDS.map((resource) => {
    const informer = createInformer({
      client,
      resource,
      labelSelector: PROXY_LABEL,
      metadataOnly: true,
      log: recordingLog(),
    });
    informer.store.onChange((_before, after) => {
      if (after === undefined) return;
      note(after, resource.kind);
      for (const listener of listeners) listener(performance.now(), after, resource.kind);
    });
    return informer;
  });
  for (const informer of informers) informer.start();
  await Promise.all(informers.map(({ hasSynced }) => hasSynced));

  const missing = (name: string): string => {
    const children = seen.get(name);
    const names = CHILDREN.filter((child) => children?.has(child) !== true);
    return names.map((child) => child.replace(' ', ` ${name}`)).join(', ');
  };
  const until = async (
    what: () => string,
    isSo: (object?: KubernetesObject, kind?: string) => boolean,
    timeoutMs = TIMEOUT_MS,
  ): Promise<number> => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const timer = setTimeout(() => reject(new Error(`not seen: ${what()}`)), timeoutMs);
    const listener = (at: number, object: KubernetesObject, kind: string): void => {
      if (isSo(object, kind)) resolve(at);
    };
    listeners.add(listener);
    if (isSo()) resolve(performance.now());
    return promise.finally(() => {
      clearTimeout(timer);
      listeners.delete(listener);
    });
  };
  return {
    allOf: async (name) =>
      until(
        () => missing(name),
        () => seen.get(name)?.size === CHILDREN.length,
        ONE_TIMEOUT_MS,
      ),
    count: async (resources) =>
      until(
        () => `all of ${resources - complete} resources`,
        () => complete >= resources,
      ),
    nextChange: async (kind, name) =>
      until(
        () => `a change of ${kind} ${name}`,
        (object, of) => of === kind && object?.metadata?.name === name,
      ),
    async stop() {
      await Promise.all(informers.map((informer) => informer.stop()));
    },
  };
}
