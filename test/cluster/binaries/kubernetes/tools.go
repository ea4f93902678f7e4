//go:build tools

// Package kubernetes holds no code. It names the commands that the test cluster is built from, so that go.mod and go.sum pin
// them and everything below them. The replace block in go.mod is there because k8s.io/kubernetes requires its staging modules at
// v0.0.0, a version that was never published.
package kubernetes

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-proxy"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/cmd/kubelet"
)
