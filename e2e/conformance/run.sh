#!/bin/bash
# Runs upstream's own end-to-end tests against a test-bed: builds them and the
# images that they need, starts the bed, runs, and leaves the bed up.
#
#	e2e/conformance/run.sh                       every conformance test that may run beside others, then the rest
#	e2e/conformance/run.sh '\[sig-node\]'        those whose names match
#	SKIP='Slow' PROCS=2 TIMEOUT=2h ...           leave some out, fewer at once, more time
#
# Run it as root from the top of the source tree, on a machine that `make up`
# works on. Modules come from Go's proxy, tools from the distribution; a first
# build takes about ten minutes. KUBECTL names a genuine kubectl (PATH's else),
# which the tests of kubectl use. Nothing of it is part of `make test`.
set -euo pipefail

focus=${1:-'\[Conformance\]'}
release=1.32.0
root=$(pwd)
out=$root/bin/conformance
[ -f "$root/go.work" ] || { echo "run it from the top of the source tree" >&2; exit 1; }
mkdir -p "$out/src"

# The tests are a module that names none of its own parts' versions, so that
# whoever uses it has to. It stays out of our go.mod files.
source_module() {
	cd "$out/src"
	export GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0
	[ -f go.mod ] || printf 'module conformance\n\ngo 1.24.0\n' >go.mod
	go mod edit -require "k8s.io/kubernetes@v$release"
	local dir
	dir=$(go mod download -json "k8s.io/kubernetes@v$release" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	sed -n 's/^\t\(k8s.io\/[a-z-]*\) => .*/\1/p' "$dir/go.mod" | while read -r part; do
		go mod edit -replace "$part=$part@v0.${release#1.}"
	done
	[ -x ../e2e.test ] || go test -c -trimpath -ldflags '-s -w' -o ../e2e.test k8s.io/kubernetes/test/e2e
	local images=k8s.io/kubernetes/test/images
	[ -x ../agnhost ] || go build -trimpath -ldflags '-s -w' -o ../agnhost $images/agnhost
	[ -x ../nonewprivs ] || go build -trimpath -o ../nonewprivs $images/nonewprivs
	[ -x ../regression-issue-74839 ] || go build -trimpath -o ../regression-issue-74839 $images/regression-issue-74839
	[ -x ../ginkgo ] || go build -trimpath -o ../ginkgo github.com/onsi/ginkgo/v2/ginkgo
	install -m 644 "$dir"/test/images/agnhost/porter/localhost.{crt,key} ..
}

# An API server of older parts, which tests put behind ours.
sample_server() {
	[ -x "$out/sample-apiserver" ] && return
	export GOWORK=off GOFLAGS=-mod=mod CGO_ENABLED=0
	cd "$out/src"
	local dir
	dir=$(go mod download -json k8s.io/sample-apiserver@v0.29.2 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	rm -rf sample && cp -r "$dir" sample && chmod -R u+w sample
	cd sample
	sed -i '/^replace (/,/^)/d' go.mod
	go build -trimpath -ldflags '-s -w' -o ../../sample-apiserver .
}

make prerequisites build coredns
echo "==> building upstream's tests (a first time takes about ten minutes)"
(source_module)
(sample_server)
cp bin/etcd bin/coredns "$out/"

echo "==> making the images that they need"
bin/images build --output "$out/images" --pause bin/pause --conformance "$out"
IMAGES=$out/images bin/testbed up

export KUBECONFIG=${KUBECONFIG:-/var/lib/pilothouse-testbed/admin.kubeconfig}
kubectl=${KUBECTL:-$(command -v kubectl)}
bin/kubectl delete rc,service -l app=nginx --ignore-not-found >/dev/null
bin/kubectl delete service nginx-http-service --ignore-not-found >/dev/null
# The scenarios' name server, from an image instead of a file of this machine.
sed -e 's#image: busybox:1.35#image: localhost/coredns:1#' -e '/name: program/d' e2e/scenarios/testdata/coredns.yaml |
	bin/kubectl apply -f - >/dev/null
bin/kubectl -n kube-system rollout status deployment/coredns

failed=0
run() { # run NAME PROCS FOCUS SKIP
	mkdir -p "$out/report-$1"
	"$out/ginkgo" run -p --procs="$2" --no-color --timeout="${TIMEOUT:-2h}" --poll-progress-after=0 \
		--focus="$3" --skip="$4" --output-dir="$out/report-$1" --json-report=report.json \
		"$out/e2e.test" -- --kubeconfig="$KUBECONFIG" --provider=skeleton --kubectl-path="$kubectl" \
		--num-nodes=2 --allowed-not-ready-nodes=0 --minStartupPods=0 --dump-logs-on-failure=false \
		>"$out/$1.log" 2>&1 || failed=1
	sed -n '/^Summarizing/,$p; /^Ran /p' "$out/$1.log" | grep -E '\[FAIL\]|\[TIMEDOUT\]|^Ran|Passed' | sort -u ||
		tail -3 "$out/$1.log"
}
skip=${SKIP:-'\[Disruptive\]|\[Flaky\]'}
echo "==> tests that may run beside others (log: $out/parallel.log)"
run parallel "${PROCS:-4}" "$focus" "$skip|\[Serial\]"
echo "==> tests that want the cluster for themselves (log: $out/serial.log)"
run serial 1 "\[Serial\].*($focus)|($focus).*\[Serial\]" "$skip"
exit "$failed"
