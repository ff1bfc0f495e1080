package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// maxAnswer bounds what a webhook may answer, in bytes.
const maxAnswer = 16 << 20

// clients keeps one HTTP client, with its connections, for each place where
// webhooks are served.
type clients struct {
	resolve Resolver

	mu   sync.Mutex
	made map[string]*http.Client
	// wanted are the clients' keys that the configurations name, of mutating
	// webhooks and of validating ones.
	wanted [2]map[string]bool
}

func newClients(resolve Resolver) *clients {
	return &clients{resolve: resolve, made: map[string]*http.Client{}}
}

// key tells clients apart.
func key(c *admissionregistration.WebhookClientConfig) string {
	if s := c.Service; s != nil {
		return "service " + s.Namespace + "/" + s.Name + ":" + strconv.Itoa(int(servicePort(s))) + " " + string(c.CABundle)
	}
	return "url " + string(c.CABundle)
}

func servicePort(s *admissionregistration.ServiceReference) int32 {
	if s.Port == nil {
		return 443
	}
	return *s.Port
}

// keep drops the clients that no webhook names any longer.
func (c *clients) keep(mutating bool, hooks []*hook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := 0
	if mutating {
		i = 1
	}
	c.wanted[i] = map[string]bool{}
	for _, h := range hooks {
		c.wanted[i][key(&h.client)] = true
	}
	for k, client := range c.made {
		if !c.wanted[0][k] && !c.wanted[1][k] {
			client.CloseIdleConnections()
			delete(c.made, k)
		}
	}
}

// get is the client for a configuration and the URL to post to.
func (c *clients) get(cc *admissionregistration.WebhookClientConfig) (*http.Client, *url.URL, error) {
	u, err := target(cc)
	if err != nil {
		return nil, nil, err
	}
	k := key(cc)
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.made[k]; h != nil {
		return h, u, nil
	}
	t := &http.Transport{
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     90 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	if len(cc.CABundle) > 0 {
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(cc.CABundle) {
			return nil, nil, errors.New("unable to load root certificates: unable to parse bytes as PEM block")
		}
	}
	if s := cc.Service; s != nil {
		dial := t.DialContext
		t.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			addr, err := c.resolve(ctx, s.Namespace, s.Name, servicePort(s))
			if err != nil {
				return nil, err
			}
			return dial(ctx, network, addr)
		}
	}
	h := &http.Client{Transport: t}
	c.made[k] = h
	return h, u, nil
}

// target is the URL of a webhook.
func target(cc *admissionregistration.WebhookClientConfig) (*url.URL, error) {
	if s := cc.Service; s != nil {
		u := &url.URL{Scheme: "https", Host: net.JoinHostPort(s.Name+"."+s.Namespace+".svc", strconv.Itoa(int(servicePort(s))))}
		if s.Path != nil {
			u.Path = *s.Path
		}
		return u, nil
	}
	if cc.URL == nil {
		return nil, errors.New("webhook configuration must have either service or URL")
	}
	u, err := url.Parse(*cc.URL)
	if err != nil {
		return nil, fmt.Errorf("unparsable webhook URL: %w", err)
	}
	return u, nil
}

// post sends a body and reads the answer.
func (c *clients) post(ctx context.Context, cc *admissionregistration.WebhookClientConfig, timeout time.Duration, body []byte) ([]byte, error) {
	client, u, err := c.get(cc)
	if err != nil {
		return nil, fmt.Errorf("could not get REST client: %w", err)
	}
	q := u.Query()
	q.Set("timeout", timeout.String())
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("failed to call webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, */*")
	req.Header.Set("User-Agent", "kube-apiserver-admission")
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("failed to call webhook: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(b) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	if err == nil {
		err = refusal(resp, b)
	}
	if err != nil {
		return nil, fmt.Errorf("failed to call webhook: %w", err)
	}
	return b, nil
}

// refusal is the error that an answer is, or nil.
func refusal(resp *http.Response, b []byte) error {
	if resp.StatusCode >= http.StatusOK && resp.StatusCode <= http.StatusPartialContent {
		if len(b) == 0 {
			contentType := resp.Header.Get("Content-Type")
			if contentType == "" {
				contentType = "application/json"
			}
			return fmt.Errorf("0-length response with status code: %d and content type: %s", resp.StatusCode, contentType)
		}
		return nil
	}
	var s meta.Status
	if codec.DecodeJSON(b, &s) == nil && s.Kind == "Status" && s.Message != "" {
		return errors.New(s.Message)
	}
	text := "unknown"
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/") && len(b) > 0 {
		text = strings.TrimSpace(string(b))
	}
	return serverMessage(resp.StatusCode, text)
}
