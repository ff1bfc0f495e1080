// Package controllermanager is kube-controller-manager: the control loops of
// the cluster in one process, each of which brings one thing that the API
// holds nearer to what was asked for. Several may run for the case that one
// fails; the holder of a Lease works, the others wait.
//
// Config (config.go) is all that can be set; controllers.go is the one list of
// controllers; each lives in a package of its own under internal, all of one
// shape: KIND.go watches and acts, plan.go decides.
package controllermanager

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/client/leader"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/csrsigning"
	"github.com/pilothouse/pilothouse/controller-manager/internal/serviceaccounttoken"
)

// component names this process in events and leases.
const component = "kube-controller-manager"

// Run works until ctx ends: it serves health and metrics, and runs the
// controllers while this process is the leader.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return daemon.UsageError{Err: err}
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // What is held is caches, which live long: less room for garbage costs little.
	}
	keys, err := loadKeys(cfg)
	if err != nil {
		return daemon.UsageError{Err: err}
	}
	c, ca, err := connect(cfg)
	if err != nil {
		return err
	}
	defer c.Close()
	g, ctx := errgroup.WithContext(ctx)
	if cfg.Port != 0 {
		tls, err := daemon.ServingTLS(component, cfg.TLSCertFile, cfg.TLSKeyFile)
		if err != nil {
			return err
		}
		addr := net.JoinHostPort(cfg.BindAddress, strconv.Itoa(cfg.Port))
		g.Go(func() error { return daemon.Serve(ctx, addr, daemon.ServeOptions{TLS: tls, Profiling: cfg.Profiling}) })
	}
	g.Go(func() error {
		return leader.Run(ctx, c, cfg.Leader, func(ctx context.Context) error {
			slog.Info("Leading")
			return runControllers(ctx, cfg, c, ca, keys)
		})
	})
	return g.Wait()
}

// connect makes the client and finds the CA to publish.
func connect(cfg Config) (*client.Client, []byte, error) {
	var config *client.Config
	var err error
	if cfg.Kubeconfig == "" && cfg.Master == "" {
		config, err = client.InCluster()
	} else {
		config, err = client.ConfigFromKubeconfig(cfg.Kubeconfig, "")
	}
	if err != nil {
		return nil, nil, err
	}
	if cfg.Master != "" {
		config.Host = cfg.Master
	}
	config.UserAgent = component
	ca, file := config.CAData, config.CAFile
	if cfg.RootCAFile != "" {
		ca, file = nil, cfg.RootCAFile
	}
	if len(ca) == 0 && file != "" {
		if ca, err = os.ReadFile(file); err != nil {
			return nil, nil, fmt.Errorf("CA to publish: %w", err)
		}
	}
	c, err := client.New(config)
	return c, ca, err
}

// keys are what this process signs with.
type keys struct {
	signing *csrsigning.Authority
	tokens  *serviceaccounttoken.Key
}

// loadKeys reads the keys that flags name.
func loadKeys(cfg Config) (keys, error) {
	var k keys
	var err error
	if cfg.ClusterSigningCertFile != "" {
		if k.signing, err = csrsigning.LoadAuthority(cfg.ClusterSigningCertFile, cfg.ClusterSigningKeyFile, cfg.ClusterSigningDuration); err != nil {
			return k, fmt.Errorf("--cluster-signing-cert-file: %w", err)
		}
	}
	if cfg.ServiceAccountKeyFile != "" {
		if k.tokens, err = serviceaccounttoken.LoadKey(cfg.ServiceAccountKeyFile); err != nil {
			return k, fmt.Errorf("--service-account-private-key-file: %w", err)
		}
	}
	return k, nil
}

// runControllers runs the enabled controllers until ctx ends or one of them
// fails. It begins from nothing each time.
func runControllers(ctx context.Context, cfg Config, c *client.Client, ca []byte, keys keys) error {
	pools, err := cfg.pools()
	if err != nil {
		return err
	}
	events := event.NewRecorder(c, component, "")
	defer events.Close()
	view := cluster.NewView(c, events)
	b := build{cfg: cfg, view: view, catalog: catalog.New(c), pools: pools, ca: ca,
		signing: keys.signing, tokens: keys.tokens, published: len(ca) > 0 && cfg.enabled(rootCA)}

	g, ctx := errgroup.WithContext(ctx)
	synced := make(chan struct{})
	for _, e := range entries {
		if !cfg.enabled(e.name) {
			slog.Info("Controller is switched off", "controller", e.name)
			continue
		}
		b.view = view.As(eventSource(e.name))
		l := e.make(b)
		if l == nil {
			continue
		}
		g.Go(func() error {
			if closer, ok := l.(interface{ Close() }); ok {
				defer closer.Close()
			}
			return controller.Run(ctx, l, e.workers(cfg), l.Queue(), synced)
		})
	}
	g.Go(func() error {
		return view.Run(ctx, func() {
			slog.Info("Controllers work")
			close(synced)
			go debug.FreeOSMemory() // reading everything leaves much that is not needed again
		})
	})
	return g.Wait()
}
