// Package client is how every daemon and the CLI talk to the API server: one
// shared connection pool (HTTP/2 over TLS), typed access to any kind,
// watches that resume by themselves.
//
//	c, err := client.New(cfg)
//	pods := client.Of[*core.Pod](c)
//	pod, err := pods.Get(ctx, "default", "web")
//
// Refusals of the server come back as *StatusError; IsNotFound, IsConflict and
// their kin tell them apart. What can safely be sent again (any request that
// was answered 429, reads that met a server in trouble, anything that found
// nobody listening) is, a few times, before an error is returned.
//
// Read config.go first, then resource.go; request.go holds the retries and
// watch.go the watches. Packages below this one build on it: informer (a
// cache kept by a watch), queue and controller (the shape of control loops),
// leader, event, daemon, kubeconfig.
package client

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/pilothouse/pilothouse/client/version"
)

// Client talks to one API server as one user. It is safe for use by many
// goroutines, which share its connections.
type Client struct {
	base              *url.URL
	http              *http.Client
	token             tokenSource
	basic             string
	impersonate       string
	impersonateGroups []string
	userAgent         string
	timeout           time.Duration
	limit             *limiter
	retry             retryPolicy
}

// New makes a client; it connects to nothing yet. It fails when the config
// is unusable or its certificates cannot be read.
func New(cfg *Config) (*Client, error) {
	base, err := cfg.base()
	if err != nil {
		return nil, err
	}
	transport, err := cfg.transport()
	if err != nil {
		return nil, err
	}
	var trip http.RoundTripper = transport
	if cfg.Wrap != nil {
		trip = cfg.Wrap(transport)
	}
	c := &Client{
		base:              base,
		http:              &http.Client{Transport: trip},
		token:             tokenSource{token: cfg.Token, file: cfg.TokenFile},
		impersonate:       cfg.Impersonate,
		impersonateGroups: cfg.ImpersonateGroups,
		userAgent:         cfg.UserAgent,
		timeout:           cfg.Timeout,
		limit:             newLimiter(cfg.QPS),
		retry:             defaultRetry,
	}
	if cfg.Username != "" {
		c.basic = "Basic " + base64.StdEncoding.EncodeToString([]byte(cfg.Username+":"+cfg.Password))
	}
	if c.userAgent == "" {
		c.userAgent = defaultUserAgent()
	}
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	return c, nil
}

// defaultUserAgent names the program, as in kubelet/v1.32.0 (linux/amd64).
func defaultUserAgent() string {
	return filepath.Base(os.Args[0]) + "/" + version.Get().GitVersion + " (" + runtime.GOOS + "/" + runtime.GOARCH + ")"
}

// Host is the URL of the API server.
func (c *Client) Host() string { return c.base.String() }

// Close ends idle connections; the client may still be used.
func (c *Client) Close() { c.http.CloseIdleConnections() }
