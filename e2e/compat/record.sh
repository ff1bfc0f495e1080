#!/usr/bin/env bash
# Records the transcripts of testdata/kubectl from a genuine Kubernetes, which
# it starts for that on a fresh folder: UPSTREAM_BIN holds upstream's
# kube-apiserver, kube-controller-manager and etcd of version 1.32. The
# arguments go to go test, for example: -run 'TestKubectl/1.32/script/patch$'
#
# Only the controllers that bed starts for the scripts run, so that what is
# recorded depends on no other and is the same every time.
set -euo pipefail
cd "$(dirname "$0")"
bin=${UPSTREAM_BIN:?a folder with kube-apiserver, kube-controller-manager and etcd}
port=${PORT:-28443} work=$(mktemp -d) pids=()
stop() {
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT

(
	cd "$work"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 30 -subj /CN=recording
	openssl genrsa -out sa.key 2048
	cert() { # name, subject
		openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2"
		openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -out "$1.crt" -days 30 \
			-extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost,IP:10.96.0.1")
	}
	cert server /CN=kube-apiserver
	cert admin /O=system:masters/CN=kubernetes-admin
	cert front-proxy /CN=front-proxy-client
	cat >admin.kubeconfig <<-K
		apiVersion: v1
		kind: Config
		clusters: [{name: c, cluster: {server: "https://127.0.0.1:$port", certificate-authority: $work/ca.crt}}]
		users: [{name: u, user: {client-certificate: $work/admin.crt, client-key: $work/admin.key}}]
		contexts: [{name: c, context: {cluster: c, user: u}}]
		current-context: c
	K
) >"$work/pki.log" 2>&1

run() {
	"$bin/$1" "${@:2}" >"$work/$1.log" 2>&1 &
	pids+=($!)
}
etcd=http://127.0.0.1:$((port + 1)) peer=http://127.0.0.1:$((port + 2))
run etcd --data-dir "$work/etcd" --unsafe-no-fsync --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
	--listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer"
run kube-apiserver --etcd-servers "$etcd" --secure-port "$port" --bind-address 127.0.0.1 --advertise-address 127.0.0.1 \
	--tls-cert-file "$work/server.crt" --tls-private-key-file "$work/server.key" --client-ca-file "$work/ca.crt" \
	--authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged --endpoint-reconciler-type none \
	--service-cluster-ip-range 10.96.0.0/12 --service-account-issuer https://kubernetes.default.svc.cluster.local \
	--service-account-key-file "$work/sa.key" --service-account-signing-key-file "$work/sa.key" \
	--requestheader-client-ca-file "$work/ca.crt" --requestheader-allowed-names front-proxy-client \
	--requestheader-extra-headers-prefix X-Remote-Extra- --requestheader-group-headers X-Remote-Group \
	--requestheader-username-headers X-Remote-User --proxy-client-cert-file "$work/front-proxy.crt" \
	--proxy-client-key-file "$work/front-proxy.key"
ready() { curl -sk --cert "$work/admin.crt" --key "$work/admin.key" "https://127.0.0.1:$port/readyz" | grep -q '^ok'; }
for _ in $(seq 120); do ready && break; sleep 0.5; done
ready || { tail "$work"/*.log; exit 1; }
run kube-controller-manager --kubeconfig "$work/admin.kubeconfig" --leader-elect=false --secure-port 0 \
	--root-ca-file "$work/ca.crt" --service-account-private-key-file "$work/sa.key" \
	--cluster-signing-cert-file "$work/ca.crt" --cluster-signing-key-file "$work/ca.key" --controllers "$(cat testdata/kubectl/controllers)"

GOWORK=off go test -count=1 -parallel 1 -timeout 60m -v . "${@:--run=TestKubectl}" -upstream "$work/admin.kubeconfig"
