// Package scheduler chooses a node for each pod that has none, and tells the
// API server by a binding.
//
// One goroutine decides, one pod after the other, from a picture of the
// cluster in memory (internal/cluster). A decision is taken for granted at
// once, so that the next pod already sees the room gone; the binding is sent
// beside, and a pod whose binding fails is tried again. Pods that fit nowhere
// wait (internal/backlog) until something changes that could help.
//
// run.go starts the parts, scheduler.go holds the loop, watch.go brings
// changes in, steps.go is what happens beside a decision, bind.go carries it
// out; profiles.go reads by which rules whose pods are placed. internal/filter
// and internal/score are the rules, one file each.
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/leader"
)

// Run schedules until ctx ends, whenever this is the leader.
func Run(ctx context.Context, cfg *Config) error {
	if err := cfg.Validate(); err != nil {
		return daemon.UsageError{Err: err}
	}
	conf, err := client.ConfigFromKubeconfig(cfg.Kubeconfig, "")
	if err != nil {
		return err
	}
	conf.QPS = cfg.QPS
	c, err := client.New(conf)
	if err != nil {
		return err
	}
	defer c.Close()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	served := make(chan error, 1)
	if cfg.Port != 0 {
		tls, err := daemon.ServingTLS("kube-scheduler", cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return err
		}
		wg.Go(func() {
			if err := daemon.Serve(ctx, cfg.address(), daemon.ServeOptions{TLS: tls, Profiling: cfg.Profiling}); err != nil {
				served <- fmt.Errorf("--secure-port: %w", err)
				cancel()
			}
		})
	}
	profiles, err := cfg.profiles()
	if err != nil {
		return daemon.UsageError{Err: err}
	}
	err = leader.Run(ctx, c, cfg.Leader, func(ctx context.Context) error {
		s := New(c, profiles, cfg)
		defer s.record(c)()
		return s.Run(ctx)
	})
	select {
	case serving := <-served:
		return errors.Join(serving, err)
	default:
		return err
	}
}
