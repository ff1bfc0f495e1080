package cmd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/kubeconfig"
	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// settings is where the server is and who we are to it: the kubeconfig, with
// what the flags say instead.
func (a *App) settings() (*client.Config, error) {
	g := a.global
	cfg, err := a.fromKubeconfig()
	if err != nil {
		if g.server == "" || !errors.Is(err, kubeconfig.ErrNone) {
			return nil, err
		}
		cfg = &client.Config{}
	}
	if g.server != "" {
		cfg.Host = g.server
	}
	if g.token != "" {
		cfg.Token, cfg.TokenFile = g.token, ""
	}
	if g.caFile != "" {
		cfg.CAFile, cfg.CAData = g.caFile, nil
	}
	if g.certFile != "" {
		cfg.CertFile, cfg.CertData = g.certFile, nil
	}
	if g.keyFile != "" {
		cfg.KeyFile, cfg.KeyData = g.keyFile, nil
	}
	if g.tlsServerName != "" {
		cfg.ServerName = g.tlsServerName
	}
	if g.insecure {
		cfg.Insecure, cfg.CAData, cfg.CAFile = true, nil, ""
	}
	cfg.Timeout = -1
	if g.timeout != "" && g.timeout != "0" {
		d, err := time.ParseDuration(g.timeout)
		if err != nil {
			return nil, fmt.Errorf("--request-timeout %q is no length of time such as 30s or 2m", g.timeout)
		}
		cfg.Timeout = d
	}
	cfg.UserAgent = "kubectl"
	return cfg, nil
}

func (a *App) fromKubeconfig() (*client.Config, error) {
	k, err := kubeconfig.Load(a.global.kubeconfig)
	if err != nil {
		return nil, err
	}
	name := a.contextName(k)
	if a.global.cluster != "" || a.global.user != "" {
		changed := kubeconfig.Context{}
		if ctx := k.Context(name); ctx != nil {
			changed = *ctx
		}
		if a.global.cluster != "" {
			changed.Cluster = a.global.cluster
		}
		if a.global.user != "" {
			changed.User = a.global.user
		}
		name = "command line"
		k.Contexts = append(k.Contexts, kubeconfig.NamedContext{Name: name, Context: changed})
	}
	return client.FromKubeconfig(k, name)
}

// connect makes the client once.
func (a *App) connect() (*api.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	cfg, err := a.settings()
	if err != nil {
		return nil, err
	}
	c, err := client.New(cfg)
	if err != nil {
		return nil, err
	}
	a.client = api.New(c, func(text string) { fmt.Fprintln(a.err, "Warning:", text) })
	return a.client, nil
}

// connection is what a connection outside the client needs: a websocket.
func (a *App) connection() (tlsConfig *tls.Config, host string, header http.Header, err error) {
	cfg, err := a.settings()
	if err != nil {
		return nil, "", nil, err
	}
	c, err := client.New(cfg)
	if err != nil {
		return nil, "", nil, err
	}
	if tlsConfig, err = cfg.TLS(); err != nil {
		return nil, "", nil, err
	}
	header, err = c.Credentials()
	return tlsConfig, strings.TrimSuffix(c.Host(), "/"), header, err
}

// namespace is the one that counts: of the flag, the context, or default.
func (a *App) namespace() (string, error) {
	if a.global.namespace != "" {
		return a.global.namespace, nil
	}
	cfg, err := a.settings()
	if err != nil {
		return "", err
	}
	if cfg.Namespace != "" {
		return cfg.Namespace, nil
	}
	return "default", nil
}

// mustNamespace is namespace for messages, after it has worked once.
func (a *App) mustNamespace() string {
	ns, _ := a.namespace()
	return ns
}
