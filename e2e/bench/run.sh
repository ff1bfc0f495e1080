#!/usr/bin/env bash
# Measures the API server: cold start, memory, create, get, list, patch, watch
# fan-out and delete, by a load generator over TLS and HTTP/2.
#
# ANCHOR_DIR names a folder with the load generator (apiload) and, for a
# comparison in the same run, upstream's generic API server (anchor-apiserver)
# and etcd, all built into $ANCHOR_DIR/bin (or $ANCHOR_BIN). Each round runs
# first the anchor, then ours, each alone on the machine and on an empty disk
# with fsync on. Without ANCHOR_DIR only the benchmarks of the packages run.
#
# N objects (5000), C concurrent requests (32), ROUNDS (2), LISTS (20),
# WATCHERS (100), EVENTS (500), RATE (20), PORT (26443), WORK (where data goes),
# OUT (results); ANCHOR=0 leaves the anchor out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export GOWORK=off

if [ -z "${ANCHOR_DIR:-}" ]; then
	cd "$root/apiserver"
	exec go test -run '^$' -bench . ./internal/cache ./internal/store
fi

bin=${ANCHOR_BIN:-$ANCHOR_DIR/bin}
template=${TEMPLATE:-$ANCHOR_DIR/apiload/pod.json}
work=${WORK:-$(mktemp -d)}
out=${OUT:-$work/results.jsonl}
n=${N:-5000} c=${C:-32} rounds=${ROUNDS:-2} lists=${LISTS:-20}
watchers=${WATCHERS:-100} events=${EVENTS:-500} rate=${RATE:-20}
port=${PORT:-26443} etcd_port=${ETCD_PORT:-22379} peer_port=${PEER_PORT:-22380}
server=https://127.0.0.1:$port
token=bench-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
mkdir -p "$work"
: >"$out"
api='' etcd=''

stop() {
	[ -n "$1" ] && kill "$1" 2>/dev/null && wait "$1" 2>/dev/null || true
}
trap 'stop "$api"; stop "$etcd"' EXIT
rss() { awk '/^VmRSS/{printf "%.0f", $2/1024}' "/proc/$1/status"; }
note() { # name, value, unit
	printf '{"tag":"%s","phase":"%s","value":%s,"unit":"%s"}\n' "$tag" "$1" "$2" "$3" | tee -a "$out" >&2
}

load() { # label, then flags of the load generator
	local label=$1 pids=apiserver=$api
	shift
	[ -z "$etcd" ] || pids+=,etcd=$etcd
	echo "== $tag $label" >&2
	"$bin/apiload" -server "$server" -insecure -token "$token" -template "$template" -n "$n" -c "$c" -lists "$lists" \
		-watchers "$watchers" -events "$events" -pids "$pids" -tag "$tag $label" "$@" >>"$out" || true
}

start_anchor() {
	"$bin/anchor-apiserver" -token "$token" -etcd-servers "http://127.0.0.1:$etcd_port" -secure-port "$port" >>"$work/anchor.log" 2>&1 &
	api=$!
}

start_etcd() {
	"$bin/etcd" --data-dir "$work/etcd" --log-level warn --quota-backend-bytes 8589934592 \
		--listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
		--listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
		--initial-cluster "default=http://127.0.0.1:$peer_port" >>"$work/etcd.log" 2>&1 &
	etcd=$!
	"$bin/etcdput" -endpoint "http://127.0.0.1:$etcd_port" -n 100 >/dev/null # waits for etcd, and warms it
	note etcd_rss_idle "$(rss "$etcd")" MB
}

start_ours() {
	"$work/kube-apiserver" --data-dir "$work/data" --bind-address 127.0.0.1 --secure-port "$port" \
		--token-auth-file "$work/tokens" >>"$work/ours.log" 2>&1 &
	api=$!
}

start() { # anchor or ours, label
	local t0
	t0=$(date +%s%N)
	"start_$1"
	"$bin/apiload" -server "$server" -insecure -token "$token" -phases ready -since-ns "$t0" -tag "$tag $2" >>"$out"
	sleep 3
	note "apiserver_rss_$2" "$(rss "$api")" MB
}

# Pods need their namespace's service account, which the controller manager
# would make.
account() {
	curl -sSk -o /dev/null -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
		--data '{"kind":"ServiceAccount","apiVersion":"v1","metadata":{"name":"default"}}' \
		"$server/api/v1/namespaces/default/serviceaccounts"
}

round() { # anchor or ours
	start "$1" idle
	[ "$1" = anchor ] || account
	load create -phases create
	sleep 2
	note apiserver_rss_after_create "$(rss "$api")" MB
	load get -phases get
	load list -phases list,listpaged
	load list-rv0 -phases list -list-query resourceVersion=0
	load list-gzip -phases list -gzip
	load list-http1 -phases list -http1
	load list-protobuf -phases list -accept application/vnd.kubernetes.protobuf
	load patch -phases patch
	load watch -phases watch
	load "watch-rate$rate" -phases watch -watch-rate "$rate"
	load c1 -phases create,get,patch,delete -n 500 -c 1 -prefix c1-
	note apiserver_rss_after_watch "$(rss "$api")" MB
	stop "$api"
	start "$1" "restart_with_$n"
	load delete -phases delete
	stop "$api"
	api=''
}

(umask 077; echo "$token,bench,bench,system:masters" >"$work/tokens")
(cd "$root/apiserver" && go build -o "$work/kube-apiserver" ./cmd/kube-apiserver)
for r in $(seq "$rounds"); do
	if [ "${ANCHOR:-1}" = 1 ]; then
		tag="round$r anchor"
		rm -rf "$work/etcd"
		start_etcd
		round anchor
		stop "$etcd"
		etcd=''
	fi
	tag="round$r ours"
	rm -rf "$work/data"
	round ours
done
echo "results: $out" >&2
"$bin/apiload" summary "$out"
