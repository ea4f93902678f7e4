/**
 * Every version the test cluster is made of, and nowhere else. A changed version gives new paths in the cache, so the binaries of
 * the former one are neither overwritten nor used.
 *
 * Kubernetes and etcd are pinned a second time by `binaries/kubernetes/go.mod`, CoreDNS, h2spec and Argo CD by the `go.mod` in folders
 * of their names, because Go needs those files; `versions.test.ts` compares them.
 */
export const versions = {
  go: '1.26.0',
  kubernetes: '1.36.3',
  etcd: '3.6.8',
  containerd: '2.2.9',
  cniPlugins: '1.9.1',
  metallb: '0.15.2',
  coredns: '1.14.6',
  helm: '4.3.1',
  h2spec: '2.2.1',
  argocd: '3.2.11',
  pause: '1',
} as const;
