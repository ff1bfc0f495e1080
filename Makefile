# Pilothouse: build, test, run. `make help` lists the targets.

SHELL := /bin/bash
export CGO_ENABLED := 0

MODULES := proto client apiserver scheduler controller-manager kubelet kube-proxy flannel kubectl deploy e2e
PACKAGES := $(MODULES:%=./%/...)
# The API's version is Kubernetes 1.32, whatever our own tags say. All of it
# comes from the commit, so that one commit always gives the same binaries.
DESCRIBE := $(shell git describe --tags --always --dirty 2>/dev/null)
VERSION ?= v1.32.0+pilothouse$(DESCRIBE:%=.%)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
TREE := $(if $(DESCRIBE),$(if $(filter %-dirty,$(DESCRIBE)),dirty,clean),unknown)
DATE := $(shell TZ=UTC0 git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2>/dev/null || echo 1970-01-01T00:00:00Z)
VERSION_PKG := github.com/pilothouse/pilothouse/client/version
LDFLAGS := -s -w -X $(VERSION_PKG).gitVersion=$(VERSION) -X $(VERSION_PKG).gitCommit=$(COMMIT) \
	-X $(VERSION_PKG).gitTreeState=$(TREE) -X $(VERSION_PKG).buildDate=$(DATE)
GO_BUILD := go build -trimpath -ldflags '$(LDFLAGS)'

# e2e/wire, e2e/compat and e2e/coredns are no part of the workspace: they alone
# need the modules that nothing else may depend on.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

NODES ?= 2
ETCD ?= 0
IMAGES := bin/image-archives

.DEFAULT_GOAL := help

##@ Cluster

up: prerequisites build images ## Start a cluster on this machine (NODES=2, ETCD=0|3) and run nginx on it
	@bin/testbed up --nodes $(NODES) --etcd $(ETCD)

down: bin/testbed ## Remove the cluster with everything that it made
	@bin/testbed down

prerequisites: toolchain ## Install what the hosts need from the distribution
	@deploy/prerequisites.sh

##@ Build

build: toolchain ## Build every binary into bin/
	@mkdir -p bin
	@echo "==> building every binary into bin/ (a first build takes a few minutes)"
	@$(GO_BUILD) -o bin/kube-apiserver ./apiserver/cmd/kube-apiserver
	@echo "    kube-apiserver"
	@for b in scheduler controller-manager; do $(GO_BUILD) -o bin/kube-$$b ./$$b/cmd/kube-$$b && echo "    kube-$$b" || exit 1; done
	@for b in kubelet kube-proxy kubectl; do $(GO_BUILD) -o bin/$$b ./$$b/cmd/$$b && echo "    $$b" || exit 1; done
	@$(GO_BUILD) -o bin/flanneld ./flannel/cmd/flanneld && echo "    flanneld"
	@$(GO_BUILD) -o bin/images ./deploy/images && $(GO_BUILD) -o bin/pause ./deploy/images/pause && echo "    images, pause"
	@$(GO_BUILD) -o bin/testbed ./e2e/cmd/testbed && echo "    testbed"
	@$(GO_BUILD) -o bin/etcd go.etcd.io/etcd/server/v3 && echo "    etcd"

bin/testbed: toolchain
	@mkdir -p bin
	@$(GO_BUILD) -o bin/testbed ./e2e/cmd/testbed

images: build ## Make the container images that the test-bed needs
	@echo "==> making images in $(IMAGES)"
	@bin/images build --output $(IMAGES) --pause bin/pause

gen: toolchain ## Write the generated code anew
	@cd proto && go generate ./...

clean: ## Remove what was built
	@rm -rf bin

##@ Test

test: test-unit test-integration test-compat test-e2e ## Run everything (needs root)

test-unit: toolchain ## Pure tests: no root, no network, fast
	@echo "==> unit tests"
	@go test -short $(PACKAGES)
	@cd e2e/wire && GOWORK=off go test -short ./...
	@cd e2e/compat && GOWORK=off go test -short ./...

race: toolchain ## The unit tests with Go's race detector (some twenty minutes)
	@go test -race -short $(PACKAGES)

test-integration: prerequisites build images ## Tests on a real etcd, a real containerd and the real kernel
	@echo "==> integration tests"
	@PILOTHOUSE_BIN=$(CURDIR)/bin go test -count=1 -p 1 -timeout 20m $(filter-out ./e2e/...,$(PACKAGES)) ./e2e/testbed/... ./e2e/controllers/... ./e2e/scheduling/...
	@cd e2e/wire && GOWORK=off go test -count=1 ./...

test-compat: build ## Strangers' programs against our API server: kubectl, client-go, helm and others
	@echo "==> strangers' programs"
	@cd e2e/compat && GOWORK=off PILOTHOUSE_BIN=$(CURDIR)/bin go test -count=1 -timeout 30m ./...

coredns: toolchain # Genuine CoreDNS, which a scenario runs in a pod
	@mkdir -p bin
	@echo "==> building CoreDNS (a first time takes a few minutes)"
	@cd e2e/coredns && GOWORK=off go build -trimpath -ldflags '-s -w' -o ../../bin/coredns .

test-e2e: prerequisites build images coredns ## Scenarios on a cluster of several hosts
	@echo "==> end-to-end tests"
	@go test -count=1 -v -timeout 30m ./e2e/scenarios/...

bench: prerequisites build images ## Benchmarks; they print figures and assert nothing (ANCHOR_DIR: beside upstream's API server too)
	@echo "==> benchmarks of the packages"
	@go test -run '^$$' -bench . -benchmem -p 1 ./proto/... ./client/... ./apiserver/... ./scheduler/... ./kube-proxy/...
	@echo "==> the codecs, beside everybody else's"
	@cd e2e/wire && GOWORK=off go test -run '^$$' -bench . -benchmem .
	@echo "==> the scheduler with the API server in the loop"
	@PILOTHOUSE_BIN=$(CURDIR)/bin go test -run '^$$' -bench WithServer -benchtime 1x ./e2e/scheduling
	@echo "==> the controllers alone, on hollow nodes"
	@PILOTHOUSE_BIN=$(CURDIR)/bin go test -run '^$$' -bench 'Deployment5000|ManagerMemory' -benchtime 1x -timeout 20m ./e2e/controllers
	@echo "==> pod start, beside the runtime's own floor"
	@go test -run '^$$' -bench . -p 1 ./kubelet/ ./e2e/scenarios/
	@if [ -n "$(ANCHOR_DIR)" ]; then echo "==> the API server beside upstream's" && e2e/bench/run.sh; fi

FUZZTIME ?= 10s
fuzz: toolchain ## Random bytes for everything that reads strangers' bytes (FUZZTIME=10s for each)
	@grep -rnoE --include='*_test.go' '^func Fuzz\w+' $(MODULES) | while IFS=: read -r file _ func; do \
		echo "==> $$(dirname $$file) $${func#func }"; \
		go test -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) -parallel 2 ./$$(dirname $$file) || exit 1; done

lint: toolchain ## gofmt, go vet, staticcheck
	@bad=$$(gofmt -l $(MODULES)); [ -z "$$bad" ] || { echo "gofmt would change: $$bad"; exit 1; }
	@go vet $(PACKAGES)
	@go run $(STATICCHECK) $(PACKAGES)
	@cd e2e/wire && GOWORK=off go vet ./... && GOWORK=off go run $(STATICCHECK) ./...
	@cd e2e/compat && GOWORK=off go vet ./... && GOWORK=off go run $(STATICCHECK) ./...
	@cd e2e/coredns && GOWORK=off go vet ./...

##@ Help

toolchain:
	@command -v go >/dev/null || { echo "make: Go is not installed; Pilothouse needs Go 1.26 or later"; exit 1; }
	@go version | grep -qE 'go1\.(2[6-9]|[3-9][0-9])' || { echo "make: $$(go version) is too old; Pilothouse needs Go 1.26 or later"; exit 1; }

help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

.PHONY: up down prerequisites build images coredns gen clean test test-unit test-integration test-compat test-e2e bench fuzz lint toolchain help
