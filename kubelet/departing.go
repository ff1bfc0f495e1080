package kubelet

import (
	"context"
	"log/slog"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/departure"
	"github.com/pilothouse/pilothouse/kubelet/internal/sockets"
	"github.com/pilothouse/pilothouse/proto/core"
)

// settle is how long a pod whose connections cannot be seen serves on after
// the proxies have let go of it: for what is on the wire.
const settle = 50 * time.Millisecond

// departing makes what holds a deleted pod back: until the proxies have let go
// of it, and then until nobody waits for its answer.
func departing(ctx context.Context, cfg *Config, api *client.Client, runtime *cri.Client, ip string) func(context.Context, *core.Pod, string, time.Duration) {
	nodes := &departure.Nodes{Client: api, Context: ctx}
	w := &departure.Waiter{
		Self: departure.Peer{Name: cfg.NodeName, Address: ip}, Peers: nodes.Peers, Port: cfg.ProxyPort, Log: slog.Default(),
	}
	return func(ctx context.Context, pod *core.Pod, container string, most time.Duration) {
		ctx, cancel := context.WithTimeout(ctx, min(most, cfg.DepartureWait))
		defer cancel()
		log := slog.With("pod", pod.Namespace+"/"+pod.Name)
		began := time.Now()
		outcome := w.Await(ctx, pod.UID)
		defer func() { departure.Held(outcome, time.Since(began)) }()
		if outcome == departure.Unlisted {
			return
		}
		told := time.Since(began)
		err := calm(ctx, runtime, container)
		log.Debug("a deleted pod may stop", "proxies", outcome, "after", told, "held", time.Since(began), "busy", err)
	}
}

// calm returns once nobody waits for an answer of the container's server, with
// an error when somebody still does or when that is not known.
func calm(ctx context.Context, runtime *cri.Client, container string) error {
	pid, err := 0, error(nil)
	if container != "" {
		if pid, err = runtime.Pid(ctx, container); err == nil {
			err = sockets.AwaitCalm(ctx, pid)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(settle):
	}
	return err
}
