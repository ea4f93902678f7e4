import { dump, loadAll } from 'js-yaml';
import { argocdImage } from './image.ts';

/** A Kubernetes object of Argo CD's manifest, as far as it is looked at here. */
interface ManifestObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
}

interface Container {
  readonly name: string;
  image: string;
  imagePullPolicy?: string;
  command?: readonly string[];
  env?: object[];
}

/** What is not needed to look after Applications. */
const LEFT_OUT = 'argocd-applicationset-controller';

/** Otherwise only Argo CD's API server, which is not part of the core, tells the health of a single object. */
const PARAMETERS = { 'controller.resource.health.persist': 'true' };

/**
 * Argo CD's core installation as it suits a cluster without a registry: one image for all parts, which the nodes have. Without what makes
 * Applications from templates, without plugins, and without the checking of signatures, for which GnuPG would be needed.
 */
export function withoutRegistry(manifest: string): string {
  const objects = (loadAll(manifest) as ManifestObject[]).filter(
    ({ kind, metadata }) => kind === 'CustomResourceDefinition' || metadata.name !== LEFT_OUT,
  );
  for (const object of objects) {
    if (object.metadata.name === 'argocd-cmd-params-cm') object.data = PARAMETERS;
    const pod = object.spec?.template?.spec;
    if (pod === undefined) continue;
    pod.initContainers = (pod.initContainers ?? []).filter(({ name }) => name !== 'copyutil');
    for (const container of [...pod.containers, ...pod.initContainers]) {
      container.image = argocdImage;
      container.imagePullPolicy = 'Never';
      container.env = [...(container.env ?? []), { name: 'ARGOCD_GPG_ENABLED', value: 'false' }];
      if (container.name === 'redis') container.command = ['redis-server'];
    }
  }
  return objects.map((object) => dump(object, { noRefs: true })).join('---\n');
}
