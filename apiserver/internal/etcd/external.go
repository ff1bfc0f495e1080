package etcd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// connect makes a client of an external cluster and waits until it answers.
func connect(ctx context.Context, cfg Config) (*Etcd, error) {
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

// awaitAnswer returns when the cluster has answered a consistent read. It says
// once that the cluster is unreachable, and once that it has come.
func (e *Etcd) awaitAnswer(ctx context.Context, servers []string) error {
	said := false
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
		if ctx.Err() != nil {
			return fmt.Errorf("etcd at %s does not answer: %w", strings.Join(servers, ","), err)
		}
		if !said {
			e.log.Error("etcd does not answer, trying again until it does", "servers", strings.Join(servers, ","), "error", err)
			said = true
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}
