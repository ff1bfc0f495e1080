// Package proxy reaches into the cluster on behalf of clients: logs, exec,
// attach and port-forward through the kubelets, and plain HTTP to pods,
// services and nodes.
package proxy

import (
	"crypto/tls"
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Proxy reaches nodes, pods and services.
type Proxy struct {
	cache   *cache.Cache
	kubelet *tls.Config
}

// New makes a proxy that finds its targets in c and speaks TLS to kubelets
// with kubelet.
func New(c *cache.Cache, kubelet *tls.Config) *Proxy { return &Proxy{c, kubelet} }

// Connect serves one request.
func (p *Proxy) Connect(w http.ResponseWriter, r *http.Request, i *request.Info) error {
	return status.NoResource()
}
