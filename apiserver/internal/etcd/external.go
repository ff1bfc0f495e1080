package etcd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// patience is how long a cluster may be silent at the start. Whoever started
// us then learns of it by our end, and can start us again.
const patience = 20 * time.Second

// checkServers finds addresses that no client could use.
func checkServers(servers []string) error {
	for _, s := range servers {
		u, err := url.Parse(s)
		if err != nil || (u.Scheme != "unix" && u.Port() == "") || !slices.Contains([]string{"http", "https", "unix"}, u.Scheme) {
			return fmt.Errorf("--etcd-servers=%s: must be URLs such as https://10.0.0.1:2379, with commas in between", s)
		}
	}
	return nil
}

// connect makes a client of an external cluster and waits until it answers.
func connect(ctx context.Context, cfg Config) (*Etcd, error) {
	if err := checkServers(cfg.Servers); err != nil {
		return nil, err
	}
	cc := clientv3.Config{
		Endpoints:            cfg.Servers,
		DialTimeout:          5 * time.Second,
		DialKeepAliveTime:    10 * time.Second,
		DialKeepAliveTimeout: 5 * time.Second,
		// Lists of the whole registry are one answer when the cache loads.
		MaxCallRecvMsgSize: 2 << 30,
		MaxCallSendMsgSize: 8 << 20,
		Logger:             zap.NewNop(),
		Context:            context.WithoutCancel(ctx),
	}
	if cfg.CAFile != "" || cfg.CertFile != "" || cfg.KeyFile != "" {
		if (cfg.CertFile == "") != (cfg.KeyFile == "") {
			return nil, errors.New("etcd client certificate: --etcd-certfile and --etcd-keyfile must be given together")
		}
		files := transport.TLSInfo{TrustedCAFile: cfg.CAFile, CertFile: cfg.CertFile, KeyFile: cfg.KeyFile}
		tls, err := files.ClientConfig()
		if err != nil {
			return nil, fmt.Errorf("etcd client certificate: %w", err)
		}
		cc.TLS = tls
	}
	client, err := clientv3.New(cc)
	if err != nil {
		return nil, fmt.Errorf("etcd client for %s: %w", strings.Join(cfg.Servers, ","), err)
	}
	e := &Etcd{client: client, log: cfg.Log}
	if err := e.awaitAnswer(ctx, cfg.Servers); err != nil {
		_ = client.Close()
		return nil, err
	}
	return e, nil
}

// why is the cause of err. The client only knows that time ran out, so the
// first server that cannot be connected to is asked.
func why(err error, servers []string) string {
	for _, s := range servers {
		u, parseErr := url.Parse(s)
		if parseErr != nil {
			continue
		}
		network, address := "tcp", u.Host
		if u.Scheme == "unix" {
			network, address = "unix", u.Host+u.Path
		}
		conn, dialErr := net.DialTimeout(network, address, time.Second)
		if dialErr != nil {
			return dialErr.Error()
		}
		conn.Close()
	}
	return fmt.Sprintf("it takes connections and gives no answer (%v); are the scheme and the --etcd- certificates right?", err)
}

// awaitAnswer returns when the cluster has answered a consistent read. It says
// once that the cluster is unreachable, and once that it has come; after some
// patience it gives up.
func (e *Etcd) awaitAnswer(ctx context.Context, servers []string) error {
	said, last := false, ""
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		try, cancel := context.WithTimeout(ctx, 3*time.Second)
		_, err := e.client.Get(try, "/registry/health", clientv3.WithCountOnly())
		cancel()
		if err == nil {
			if said {
				e.log.Info("etcd answers", "servers", strings.Join(servers, ","))
			}
			return nil
		}
		if ctx.Err() == nil || last == "" {
			last = why(err, servers)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("cannot reach etcd at %s: %s", strings.Join(servers, ","), last)
		}
		if !said {
			e.log.Warn("etcd does not answer, trying again", "servers", strings.Join(servers, ","), "for", patience, "error", last)
			said = true
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}
