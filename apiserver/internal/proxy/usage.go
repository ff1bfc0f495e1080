package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Nodes names all nodes.
func (p *Proxy) Nodes(ctx context.Context) ([]string, error) {
	l, err := p.cache.Table("nodes").List(ctx, cache.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, err
	}
	var names []string
	for o := range l.All() {
		names = append(names, o.Name)
	}
	return names, nil
}

// AskKubelet gets a path of a node's kubelet, for this server itself. The caller
// closes the answer.
func (p *Proxy) AskKubelet(ctx context.Context, node, path string) (io.ReadCloser, error) {
	o := p.cache.Table("nodes").Get("", node)
	if o == nil {
		return nil, fmt.Errorf("no node %q", node)
	}
	n := &core.Node{}
	if err := codec.DecodeJSON(o.JSON(), n); err != nil {
		return nil, err
	}
	host, err := kubeletOf(n)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := p.kubelets.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("the kubelet answers %s to %s", resp.Status, path)
	}
	return resp.Body, nil
}
