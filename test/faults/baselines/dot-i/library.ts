/** What is used of `@dot-i/k8s-operator` and of the client-node that it is made for; they are installed in this folder alone. */
import { createRequire } from 'node:module';
import type { KubernetesObject } from '../../../../operator/kube/types.ts';

export interface ResourceMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly id: string;
  readonly resourceVersion: string;
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ResourceEvent {
  readonly meta: ResourceMeta;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
}

interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The base class of operators. */
export declare class OperatorClass {
  protected readonly kubeConfig: object;
  constructor(logger?: Logger);
  start(): Promise<void>;
  stop(): void;
  protected init(): Promise<void>;
  protected watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: (event: ResourceEvent) => Promise<void>,
    namespace?: string,
  ): Promise<void>;
  protected setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta | null>;
}

interface Options {
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads and writes objects of any kind. */
export interface ObjectApi {
  read(header: object): Promise<{ readonly body: KubernetesObject }>;
  list(
    apiVersion: string,
    kind: string,
    namespace: string,
  ): Promise<{ readonly body: { readonly items: readonly KubernetesObject[] } }>;
  patch(
    object: object,
    pretty: undefined,
    dryRun: undefined,
    fieldManager: string | undefined,
    force: boolean | undefined,
    options: Options,
  ): Promise<{ readonly body: KubernetesObject }>;
  delete(object: object): Promise<unknown>;
}

const require = createRequire(import.meta.url);

export const { default: Operator, ResourceMetaImpl } = require('@dot-i/k8s-operator') as {
  readonly default: typeof OperatorClass;
  readonly ResourceMetaImpl: {
    createWithPlural(plural: string, object: KubernetesObject): ResourceMeta;
  };
};

export const { KubernetesObjectApi } = require('@kubernetes/client-node') as {
  readonly KubernetesObjectApi: { makeApiClient(config: object): ObjectApi };
};
