#!/bin/sh
# Installs what a Pilothouse host needs from the distribution: the container
# runtime, the CNI plugins and the tools of the kernel's network. It says what
# it does, does nothing when all is there, and never starts a service.
set -eu

say() { printf '==> %s\n' "$*"; }
die() { printf 'prerequisites: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "must run as root (the hosts are network and mount namespaces); try: sudo make up"

missing=
need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}

if command -v apt-get >/dev/null 2>&1; then
	need containerd containerd
	need runc runc
	need iptables iptables
	need nft nftables
	need conntrack conntrack
	need ip iproute2
	need nsenter util-linux
	need busybox busybox-static
	[ -e /usr/lib/cni/bridge ] || [ -e /opt/cni/bin/bridge ] || missing="$missing containernetworking-plugins"
	[ -d /etc/ssl/certs ] || missing="$missing ca-certificates"
	[ -z "$missing" ] && exit 0
	say "installing with apt-get:$missing"
	export DEBIAN_FRONTEND=noninteractive
	# Installing containerd must not start one here: each host has its own.
	guard=
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		guard=/usr/sbin/policy-rc.d
		printf '#!/bin/sh\nexit 101\n' >"$guard"
		chmod 755 "$guard"
		trap 'rm -f "$guard"' EXIT
	fi
	apt-get update -q
	# shellcheck disable=SC2086
	apt-get install -y -q --no-install-recommends $missing
elif command -v dnf >/dev/null 2>&1; then
	need containerd containerd
	need runc runc
	need iptables iptables-nft
	need nft nftables
	need conntrack conntrack-tools
	need ip iproute
	need nsenter util-linux
	need busybox busybox
	[ -e /usr/libexec/cni/bridge ] || [ -e /opt/cni/bin/bridge ] || missing="$missing containernetworking-plugins"
	[ -z "$missing" ] && exit 0
	say "installing with dnf:$missing"
	# shellcheck disable=SC2086
	dnf install -y --setopt=install_weak_deps=False $missing
else
	die "neither apt-get nor dnf is here; install containerd, runc, the CNI plugins, iptables, nftables, conntrack, iproute2 and a static busybox yourself"
fi
say "everything is installed"
