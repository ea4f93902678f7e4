import { join } from 'node:path';
import { sourceFolder } from '../paths.ts';
import { versions } from '../versions.ts';

/** What is installed together. */
export const groups = ['control-plane', 'nodes', 'dns', 'metallb', 'helm', 'h2spec', 'argocd'] as const;
export type Group = (typeof groups)[number];

/** One way to call Go. Binaries that share a recipe are built by one call and share its work. */
export interface Recipe {
  /** For progress lines; its first word also names the build log. */
  readonly title: string;
  /** A folder with a `go.mod` of ours, or a published module with its version, without the "v". */
  readonly source: { readonly folder: string } | { readonly module: string; readonly version: string };
  /** String variables set by the linker, by import path and name. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A program of the test cluster. */
export interface Binary {
  readonly name: string;
  readonly version: string;
  readonly group: Group;
  readonly recipe: Recipe;
  /** The import path of its main package. */
  readonly package: string;
}

/** A file that is taken from a published module as it is. */
export interface ModuleFile {
  readonly name: string;
  readonly version: string;
  readonly group: Group;
  readonly module: string;
  /** Path inside the module. */
  readonly path: string;
}

/** The folder of our module that pins Kubernetes and etcd. */
export const kubernetesModule = join(sourceFolder, 'binaries/kubernetes');

const kubernetes: Recipe = {
  title: `kubernetes ${versions.kubernetes} with etcd ${versions.etcd}`,
  source: { folder: kubernetesModule },
  // Without it the version is "v0.0.0-master+$Format:%H$", which kubectl refuses to parse.
  variables: { 'k8s.io/component-base/version.gitVersion': `v${versions.kubernetes}` },
};

const containerd: Recipe = {
  title: `containerd ${versions.containerd}`,
  source: { module: 'github.com/containerd/containerd/v2', version: versions.containerd },
  variables: { 'github.com/containerd/containerd/v2/version.Version': `v${versions.containerd}` },
};

const cniPlugins: Recipe = {
  title: `cni-plugins ${versions.cniPlugins}`,
  source: { module: 'github.com/containernetworking/plugins', version: versions.cniPlugins },
};

const pause: Recipe = {
  title: `pause ${versions.pause}`,
  source: { folder: join(sourceFolder, 'images/pause') },
};

const coredns: Recipe = {
  title: `coredns ${versions.coredns}`,
  source: { folder: join(sourceFolder, 'binaries/coredns') },
};

const metallb: Recipe = {
  title: `metallb ${versions.metallb}`,
  source: { module: 'go.universe.tf/metallb', version: versions.metallb },
};

const helm: Recipe = {
  title: `helm ${versions.helm}`,
  source: { module: 'helm.sh/helm/v4', version: versions.helm },
  variables: { 'helm.sh/helm/v4/internal/version.version': `v${versions.helm}` },
};

/** Not of the cluster: what asks the proxy whether it keeps the rules of HTTP/2. */
const h2spec: Recipe = {
  title: `h2spec ${versions.h2spec}`,
  source: { folder: join(sourceFolder, 'binaries/h2spec') },
  variables: { 'main.VERSION': versions.h2spec },
};

/** One program for everything that Argo CD consists of: which part of it runs is told by the name that it is called by. */
const argocd: Recipe = {
  title: `argocd ${versions.argocd}`,
  source: { folder: join(sourceFolder, 'binaries/argocd') },
  variables: { 'github.com/argoproj/argo-cd/v3/common.version': versions.argocd },
};

/** Every program, in the order in which they are built. */
export const binaries = [
  kubernetesBinary('control-plane', 'kube-apiserver'),
  kubernetesBinary('control-plane', 'kube-controller-manager'),
  kubernetesBinary('control-plane', 'kube-scheduler'),
  kubernetesBinary('control-plane', 'kubectl'),
  {
    name: 'etcd',
    version: versions.etcd,
    group: 'control-plane',
    recipe: kubernetes,
    package: 'go.etcd.io/etcd/server/v3',
  },
  kubernetesBinary('nodes', 'kubelet'),
  kubernetesBinary('nodes', 'kube-proxy'),
  moduleBinary('nodes', containerd, 'cmd/containerd'),
  moduleBinary('nodes', containerd, 'cmd/containerd-shim-runc-v2'),
  moduleBinary('nodes', containerd, 'cmd/ctr'),
  moduleBinary('nodes', cniPlugins, 'plugins/ipam/host-local'),
  moduleBinary('nodes', cniPlugins, 'plugins/main/loopback'),
  moduleBinary('nodes', cniPlugins, 'plugins/main/ptp'),
  moduleBinary('nodes', cniPlugins, 'plugins/meta/portmap'),
  {
    name: 'pause',
    version: versions.pause,
    group: 'nodes',
    recipe: pause,
    package: 'teamwork-proxy.test/pause',
  },
  {
    name: 'coredns',
    version: versions.coredns,
    group: 'dns',
    recipe: coredns,
    package: 'teamwork-proxy.test/coredns',
  },
  { ...moduleBinary('metallb', metallb, 'controller'), name: 'metallb-controller' },
  { ...moduleBinary('metallb', metallb, 'speaker'), name: 'metallb-speaker' },
  moduleBinary('helm', helm, 'cmd/helm'),
  {
    name: 'h2spec',
    version: versions.h2spec,
    group: 'h2spec',
    recipe: h2spec,
    package: 'github.com/summerwind/h2spec/cmd/h2spec',
  },
  {
    name: 'argocd',
    version: versions.argocd,
    group: 'argocd',
    recipe: argocd,
    package: 'github.com/argoproj/argo-cd/v3/cmd',
  },
] as const satisfies readonly Binary[];

/** Every file that is installed beside the programs. */
export const moduleFiles = [
  {
    name: 'metallb-native.yaml',
    version: versions.metallb,
    group: 'metallb',
    module: 'go.universe.tf/metallb',
    path: 'config/manifests/metallb-native.yaml',
  },
  {
    name: 'argocd-core-install.yaml',
    version: versions.argocd,
    group: 'argocd',
    module: 'github.com/argoproj/argo-cd/v3',
    path: 'manifests/core-install.yaml',
  },
] as const satisfies readonly ModuleFile[];

/** The names of what can be installed. */
export type ArtifactName = (typeof binaries)[number]['name'] | (typeof moduleFiles)[number]['name'];

function kubernetesBinary<const N extends string>(group: Group, name: N) {
  return {
    name,
    version: versions.kubernetes,
    group,
    recipe: kubernetes,
    package: `k8s.io/kubernetes/cmd/${name}`,
  };
}

/** A program of a published module, named after the last element of its path as Go does it. */
function moduleBinary<const P extends string>(group: Group, recipe: Recipe, path: P) {
  if (!('module' in recipe.source)) {
    throw new Error(`${recipe.title} is not built from a published module`);
  }
  return {
    name: path.slice(path.lastIndexOf('/') + 1) as LastElement<P>,
    version: recipe.source.version,
    group,
    recipe,
    package: `${recipe.source.module}/${path}`,
  };
}

type LastElement<P extends string> = P extends `${string}/${infer Rest}` ? LastElement<Rest> : P;
