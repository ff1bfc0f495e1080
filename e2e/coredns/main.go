// Command coredns is genuine CoreDNS with the plugins that a cluster's name
// server needs and no others. The end-to-end tests build it from its module, in
// the version that go.mod here pins, and run it in a pod.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/ready"
)

// The order in which a question goes through the plugins.
func init() {
	dnsserver.Directives = []string{"ready", "health", "errors", "log", "cache", "loadbalance", "hosts", "kubernetes"}
}

func main() { coremain.Run() }
