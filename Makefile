# Every target says in its comment what it does and what it needs; `make help` prints those.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The Node that npm installs, so that any older Node with npm is enough to begin with.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
INSTALLED := node_modules/.package-lock.json

.PHONY: help
help: ## Print this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 18

$(INSTALLED): package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: install
install: $(INSTALLED) ## Install what package-lock.json pins, Node included (needs npm)

##@ Use

.PHONY: demo
demo: $(INSTALLED) ## Run the proxy against small demo servers, without a cluster; DEMO_ONCE=1 ends after the checks (needs nothing else)
	node operator/demo/main.ts

##@ Prove

.PHONY: test
test: $(INSTALLED) ## Unit, proxy, standalone and conformance tests, and integration tests on a real control plane (needs Go, or KUBEBUILDER_ASSETS; builds Kubernetes at the first time)
	node test/run.ts test unit proxy standalone conformance integration

.PHONY: unit
unit: $(INSTALLED) ## Unit tests alone (needs nothing else)
	node test/run.ts unit unit

.PHONY: conformance
conformance: $(INSTALLED) ## Hostile and valid HTTP requests against the proxy (needs nothing else)
	node test/run.ts conformance-tests conformance

.PHONY: differential
differential: $(INSTALLED) ## How servers from Debian read what the proxy forwards (those that are installed; test/differential/README.md names the packages)
	node test/run.ts differential-tests differential

.PHONY: fuzz
fuzz: $(INSTALLED) ## Mutated input for everything that reads what anybody may send, for FUZZ_SECONDS (60; needs nothing else)
	node test/fuzz/main.ts

.PHONY: faults
faults: $(INSTALLED) ## What the proxy survives: slow and broken clients and servers, lost workers, changes under load (needs Linux)
	node test/run.ts faults faults

.PHONY: operator-faults
operator-faults: $(INSTALLED) ## What the operator survives, on a real control plane: part of the plans of faults and 30 random sequences; everything with PLANS=all SEQUENCES=500 (needs Go, or KUBEBUILDER_ASSETS)
	node test/run.ts operator-faults-tests operator-faults

.PHONY: soak
soak: build ## Twenty minutes of mixed load with reloads and faults: memory and files must not grow (needs Linux)
	node test/soak/main.ts

.PHONY: integration
integration: $(INSTALLED) ## Integration tests on a real control plane (needs Go, or KUBEBUILDER_ASSETS; builds Kubernetes at the first time)
	node test/run.ts integration integration

.PHONY: e2e
e2e: $(INSTALLED) ## The whole road on a real two-node cluster (needs root, Linux, Go, a JDK; installs Debian packages)
	node test/cluster/main.ts packages
	$(MAKE) images
	node test/run.ts e2e chart e2e

.PHONY: bench
bench: build ## What the proxy costs beside HAProxy and nginx, as CPU ratios, in ten minutes (needs Linux, a C compiler; as root installs Debian packages)
	node test/bench/main.ts

.PHONY: bench-quick
bench-quick: build ## What matters most of that, in a minute
	BENCH_QUICK=1 node test/bench/main.ts

.PHONY: bench-operator
bench-operator: $(INSTALLED) ## What the operator costs beside one in Go, with 1,000 resources on a real control plane, in twenty minutes (needs Linux, Go, openssl)
	node test/bench/operator/main.ts

.PHONY: check
check: $(INSTALLED) ## Format, lint and types
	oxfmt --check
	oxlint --type-aware --deny-warnings
	tsc --noEmit

##@ Change

.PHONY: format
format: $(INSTALLED) ## Format the source
	oxfmt

.PHONY: generate
generate: $(INSTALLED) ## Make the CRD, the chart's copy of it and the reference from operator/api
	node operator/api/generate.ts

##@ Build

.PHONY: build
build: $(INSTALLED) ## Bundle operator and proxy into build/
	node build.ts

.PHONY: images
images: $(INSTALLED) ## Build both container images into build/images (needs root and buildah, which it installs on Debian)
	node test/images/build.ts all

##@ Cluster

.PHONY: binaries
binaries: $(INSTALLED) ## Build the cluster's programs into the cache (needs Go; twenty minutes at the first time)
	node test/cluster/main.ts binaries

.PHONY: control-plane
control-plane: $(INSTALLED) ## Start etcd, API server and controller manager on loopback (no root; ready in seconds once built)
	node test/cluster/main.ts control-plane up

.PHONY: control-plane-down
control-plane-down: $(INSTALLED) ## Stop that control plane
	node test/cluster/main.ts control-plane down

.PHONY: cluster
cluster: $(INSTALLED) ## Start a two-node cluster with MetalLB in network namespaces and load our images (needs root, Linux)
	node test/cluster/main.ts up

.PHONY: cluster-down
cluster-down: $(INSTALLED) ## Remove every process, mount, namespace and cgroup of that cluster, also after a crash
	node test/cluster/main.ts down

.PHONY: clean
clean: ## Remove what was built
	rm -rf build
