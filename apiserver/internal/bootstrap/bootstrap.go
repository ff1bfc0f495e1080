// Package bootstrap makes what every cluster has from its first second: the
// system's namespaces and priority classes, and the service under which pods
// find the API. It comes in through the same door as everybody, so all that it
// makes is defaulted and checked like anything else, and it may run again at
// every start.
package bootstrap

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheduling"
)

// Cluster says what is to be made.
type Cluster struct {
	// API serves resources.
	API http.Handler
	// Cache tells what is there.
	Cache *cache.Cache
	// Services is the range that services get their addresses from.
	Services netip.Prefix
	// ServiceIP is the kubernetes service's address.
	ServiceIP netip.Addr
	// Advertise and Port are where this server is reached.
	Advertise netip.Addr
	Port      int32
	// Authentication is what API services behind this server need to know of who
	// comes to them, for the ConfigMap extension-apiserver-authentication.
	Authentication map[string]string
}

// Make makes what is missing and mends what is wrong.
func (c *Cluster) Make(ctx context.Context) error {
	for _, name := range []string{core.NamespaceDefault, core.NamespaceSystem, core.NamespacePublic, core.NamespaceNodeLease} {
		n := &core.Namespace{TypeMeta: meta.TypeMeta{Kind: "Namespace", APIVersion: "v1"}}
		n.Name = name
		if c.Cache.Table("namespaces").Get("", name) == nil {
			if err := c.put(ctx, http.MethodPost, "/api/v1/namespaces", n); err != nil {
				return fmt.Errorf("make namespace %s: %w", name, err)
			}
		}
	}
	if err := c.roles(ctx); err != nil {
		return err
	}
	for _, class := range scheduling.SystemClasses() {
		if c.Cache.Table("priorityclasses.scheduling.k8s.io").Get("", class.Name) == nil {
			if err := c.put(ctx, http.MethodPost, "/apis/scheduling.k8s.io/v1/priorityclasses", class); err != nil {
				return fmt.Errorf("make priority class %s: %w", class.Name, err)
			}
		}
	}
	if err := c.authentication(ctx); err != nil {
		return err
	}
	if err := c.serviceCIDR(ctx); err != nil {
		return err
	}
	if c.Cache.Table("services").Get("default", "kubernetes") == nil {
		if err := c.put(ctx, http.MethodPost, "/api/v1/namespaces/default/services", c.service()); err != nil {
			return fmt.Errorf("make service default/kubernetes: %w", err)
		}
	}
	if c.Advertise.IsLoopback() {
		return nil // Nobody elsewhere could reach it, and endpoints may not say so.
	}
	return c.endpoints(ctx)
}

// service is how pods find the API.
func (c *Cluster) service() *core.Service {
	s := &core.Service{TypeMeta: meta.TypeMeta{Kind: "Service", APIVersion: "v1"}}
	s.Name, s.Namespace = "kubernetes", "default"
	s.Labels = map[string]string{"component": "apiserver", "provider": "kubernetes"}
	s.Spec.Type = core.ServiceTypeClusterIP
	s.Spec.ClusterIP = c.ServiceIP.String()
	s.Spec.Ports = []core.ServicePort{{Name: "https", Protocol: core.ProtocolTCP, Port: 443, TargetPort: meta.FromInt(c.Port)}}
	return s
}

// endpoints puts this server behind the service.
func (c *Cluster) endpoints(ctx context.Context) error {
	e := &core.Endpoints{TypeMeta: meta.TypeMeta{Kind: "Endpoints", APIVersion: "v1"}}
	e.Name, e.Namespace = "kubernetes", "default"
	e.Labels = map[string]string{"endpointslice.kubernetes.io/skip-mirror": "true"}
	e.Subsets = []core.EndpointSubset{{
		Addresses: []core.EndpointAddress{{IP: c.Advertise.String()}},
		Ports:     []core.EndpointPort{{Name: "https", Port: c.Port, Protocol: core.ProtocolTCP}},
	}}
	if err := c.put(ctx, http.MethodPut, "/api/v1/namespaces/default/endpoints/kubernetes", e); err != nil {
		return fmt.Errorf("put endpoints default/kubernetes: %w", err)
	}
	name, port, tcp, ready := "https", c.Port, core.ProtocolTCP, true
	s := &discovery.EndpointSlice{TypeMeta: meta.TypeMeta{Kind: "EndpointSlice", APIVersion: "discovery.k8s.io/v1"}}
	s.Name, s.Namespace = "kubernetes", "default"
	s.Labels = map[string]string{"kubernetes.io/service-name": "kubernetes"}
	s.AddressType = "IPv4"
	if c.Advertise.Is6() {
		s.AddressType = "IPv6"
	}
	s.Endpoints = []discovery.Endpoint{{Addresses: []string{c.Advertise.String()}, Conditions: discovery.EndpointConditions{Ready: &ready}}}
	s.Ports = []discovery.EndpointPort{{Name: &name, Port: &port, Protocol: &tcp}}
	if err := c.put(ctx, http.MethodPut, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes", s); err != nil {
		return fmt.Errorf("put endpoint slice default/kubernetes: %w", err)
	}
	return nil
}

// put sends an object through the API's own door. An object that is there
// already when it is to be made is fine: another server was faster.
func (c *Cluster) put(ctx context.Context, method, path string, o any) error {
	var b []byte
	if o != nil {
		var err error
		if b, err = codec.EncodeJSON(o); err != nil {
			return err
		}
	}
	r := (&http.Request{Method: method, URL: &url.URL{Path: path}, Header: http.Header{"Content-Type": {"application/json"}},
		Body: body{bytes.NewReader(b)}, ContentLength: int64(len(b))}).WithContext(authn.Trusted(ctx))
	info := request.Parse(r)
	var a answer
	c.API.ServeHTTP(&a, r.WithContext(request.With(r.Context(), &info)))
	gone := method == http.MethodDelete && a.code == http.StatusNotFound
	if a.code >= 300 && a.code != http.StatusConflict && !gone {
		var s meta.Status
		if err := codec.DecodeJSON(a.text.Bytes(), &s); err != nil {
			return fmt.Errorf("HTTP %d", a.code)
		}
		return fmt.Errorf("%s", s.Message)
	}
	return nil
}

// body is a request body that needs no closing.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// answer keeps what a handler answers.
type answer struct {
	code   int
	header http.Header
	text   bytes.Buffer
}

// Header is the answer's.
func (a *answer) Header() http.Header {
	if a.header == nil {
		a.header = http.Header{}
	}
	return a.header
}

// Write keeps a piece.
func (a *answer) Write(b []byte) (int, error) { return a.text.Write(b) }

// WriteHeader keeps the code.
func (a *answer) WriteHeader(code int) { a.code = code }
