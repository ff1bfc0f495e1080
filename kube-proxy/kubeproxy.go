// Package kubeproxy runs the node's service proxy: it makes the cluster IPs, node ports and
// other addresses of services lead to their endpoints.
//
// Informers put services and endpoint slices into one pure table (internal/table); after
// each batch of events the table's differences go to a back end (internal/nftables or
// internal/iptables), which turns them into kernel rules, and to internal/conntrack, which
// removes connections that they made stale. Rules stay when kube-proxy stops, so that
// traffic goes on while it is replaced; Config.Cleanup removes them.
package kubeproxy

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/departure"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/healthcheck"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/sysctl"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Run proxies until ctx ends. With c.Cleanup it removes all rules of both back ends and returns.
func Run(ctx context.Context, c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if c.Cleanup {
		return cleanup(ctx)
	}
	node, err := c.nodeName()
	if err != nil {
		return err
	}
	api, err := connect(c)
	if err != nil {
		return err
	}
	mode, backends, err := newBackends(ctx, c)
	if err != nil {
		return err
	}
	slog.Info("proxying services", "node", node, "mode", mode, "clusterCIDR", c.ClusterCIDR)
	setSysctls(c)
	l := newLoop(node, backends, c.MinSync, slog.Default())
	services := informer.New(api, informer.Options[*core.Service]{})
	endpoints := informer.New(api, informer.Options[*discovery.EndpointSlice]{})
	services.OnChange(func(old, new *core.Service) { l.service(keyOf(old, new), new) })
	endpoints.OnChange(func(old, new *discovery.EndpointSlice) { l.slice(keyOf(old, new), new) })

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return services.Run(ctx) })
	g.Go(func() error { return endpoints.Run(ctx) })
	g.Go(func() error { return l.run(ctx, services.Synced(), endpoints.Synced()) })
	for _, b := range backends {
		g.Go(func() error { return b.Watch(ctx, l.tampered) })
	}
	if c.HealthzAddress != "" {
		g.Go(func() error {
			return healthcheck.Serve(ctx, c.HealthzAddress, l.health, map[string]http.Handler{departure.Path: l.ledger})
		})
	}
	if c.MetricsAddress != "" {
		g.Go(func() error { return daemon.Serve(ctx, c.MetricsAddress, serveOptions(mode, l, c.Profiling)) })
	}
	err = g.Wait()
	l.checks.Close()
	return err
}

func connect(c Config) (*client.Client, error) {
	var cfg *client.Config
	var err error
	if c.Kubeconfig != "" {
		cfg, err = client.ConfigFromKubeconfig(c.Kubeconfig, "")
	} else if c.Master != "" {
		cfg = &client.Config{}
	} else {
		cfg, err = client.InCluster()
	}
	if err != nil {
		return nil, fmt.Errorf("--kubeconfig %q: %w", c.Kubeconfig, err)
	}
	if c.Master != "" {
		cfg.Host = c.Master
	}
	cfg.UserAgent = "kube-proxy"
	return client.New(cfg)
}

// keyOf is the key of whichever of the two is there.
func keyOf[T interface {
	comparable
	meta.Object
}](old, new T) meta.Key {
	var none T
	if new != none {
		return meta.KeyOf(new)
	}
	return meta.KeyOf(old)
}

// setSysctls asks of the kernel what proxying needs. Where that is not permitted (in a
// container) the administrator must have done it, so it is only a warning.
func setSysctls(c Config) {
	wanted := []sysctl.Setting{{Name: "net/ipv4/ip_forward", Value: "1"}, {Name: "net/bridge/bridge-nf-call-iptables", Value: "1", Optional: true}}
	if c.LocalhostNodePorts {
		wanted = append(wanted, sysctl.Setting{Name: "net/ipv4/conf/all/route_localnet", Value: "1"})
	}
	for _, s := range wanted {
		if err := s.Ensure(); err != nil {
			slog.Warn("cannot set a kernel parameter that services need", "name", s.Name, "value", s.Value, "error", err)
		}
	}
}

// serveOptions is what the metrics port shows besides metrics.
func serveOptions(mode string, l *loop, profiling bool) daemon.ServeOptions {
	return daemon.ServeOptions{
		Checks: map[string]func() error{"rules": func() error {
			if h := l.health(); h.Late {
				return fmt.Errorf("changes wait for their rules since before %s; last in step at %s", lateAfter, h.LastUpdated.UTC())
			}
			return nil
		}},
		Profiling: profiling,
		Handlers: map[string]http.Handler{"/proxyMode": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, mode)
		})},
	}
}
