package crd

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

	"github.com/pilothouse/pilothouse/proto/apiextensions"
)

// Webhooks reaches the webhooks that convert.
type Webhooks struct {
	// Resolve finds the address of a service's port.
	Resolve func(ctx context.Context, namespace, name string, port int32) (string, error)

	mu      sync.Mutex
	clients map[string]*http.Client // by the definition's name
}

// webhookTime is how long a webhook may take.
const webhookTime = 30 * time.Second

// maxAnswer bounds what a webhook may answer, in bytes.
const maxAnswer = 64 << 20

// of is the converter that a definition asks for, nil for none.
func (w *Webhooks) of(d *apiextensions.CustomResourceDefinition) converter {
	c := d.Spec.Conversion
	if c == nil || c.Strategy != apiextensions.WebhookConverter || c.Webhook == nil || c.Webhook.ClientConfig == nil {
		return nil
	}
	h := &webhook{config: c.Webhook, gvk: func(version string) string {
		return d.Spec.Group + "/" + version + ", Kind=" + d.Spec.Names.Kind
	}}
	h.client, h.url, h.err = w.client(d.Name, c.Webhook.ClientConfig)
	return h
}

// client makes the client of a definition, in the place of the one it had.
func (w *Webhooks) client(name string, c *apiextensions.WebhookClientConfig) (*http.Client, string, error) {
	t := &http.Transport{
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		DialContext:         (&net.Dialer{Timeout: webhookTime, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     90 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	if len(c.CABundle) > 0 {
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(c.CABundle) {
			return nil, "", errors.New("unable to load root certificates: unable to parse bytes as PEM block")
		}
	}
	target := ""
	switch s := c.Service; {
	case s != nil:
		port := int32(443)
		if s.Port != nil {
			port = *s.Port
		}
		u := &url.URL{Scheme: "https", Host: net.JoinHostPort(s.Name+"."+s.Namespace+".svc", strconv.Itoa(int(port)))}
		if s.Path != nil {
			u.Path = *s.Path
		}
		target = u.String()
		dial := t.DialContext
		t.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			addr, err := w.Resolve(ctx, s.Namespace, s.Name, port)
			if err != nil {
				return nil, err
			}
			return dial(ctx, network, addr)
		}
	case c.URL != nil:
		target = *c.URL
	}
	client := &http.Client{Transport: t, Timeout: webhookTime}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clients == nil {
		w.clients = map[string]*http.Client{}
	}
	if old := w.clients[name]; old != nil {
		old.CloseIdleConnections()
	}
	w.clients[name] = client
	return client, target, nil
}

// forget closes the connections for a definition that is gone.
func (w *Webhooks) forget(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.clients[name]; c != nil {
		c.CloseIdleConnections()
		delete(w.clients, name)
	}
}

// post sends a review and reads the answer.
func (h *webhook) post(ctx context.Context, body []byte) ([]byte, error) {
	if h.err != nil {
		return nil, h.err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, */*")
	req.Header.Set("User-Agent", "kube-apiserver-conversion")
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxAnswer:
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	case resp.StatusCode != http.StatusOK:
		text := strings.TrimSpace(string(b[:min(len(b), 1024)]))
		return nil, fmt.Errorf("the server answered %s: %s", resp.Status, text)
	}
	return b, nil
}
