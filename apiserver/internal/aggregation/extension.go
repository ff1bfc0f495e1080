package aggregation

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// extension is one version of a group that another server serves.
type extension struct {
	*Aggregator
	name string
	at   groupVersion
	spec apiregistration.APIServiceSpec

	// plain speaks HTTP/2 where it can; upgrades need HTTP/1.1.
	plain, upgrades *http.Transport
	brokenTLS       error

	// available is what the APIService's status says.
	available atomic.Bool
	condition atomic.Pointer[apiregistration.APIServiceCondition]
	// served is what the other server says of itself.
	served atomic.Pointer[description]

	started bool // guarded by the Aggregator's lock
	due     chan struct{}
	ended   chan struct{}
	end     sync.Once
}

// description is what another server says of itself.
type description struct {
	resources *meta.APIResourceList
	hash      string
	v2, v3    []byte // its OpenAPI documents; v3 of this version only
}

func newExtension(a *Aggregator, s *apiregistration.APIService) *extension {
	x := &extension{Aggregator: a, name: s.Name, at: groupVersion{s.Spec.Group, s.Spec.Version}, spec: s.Spec,
		due: make(chan struct{}, 1), ended: make(chan struct{})}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.Spec.Service.Name + "." + s.Spec.Service.Namespace + ".svc",
		InsecureSkipVerify: s.Spec.InsecureSkipTLSVerify}
	if len(s.Spec.CABundle) > 0 {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(s.Spec.CABundle)
	}
	if cert, key := a.Certificate(); len(cert) > 0 {
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			x.brokenTLS = fmt.Errorf("the certificate of the proxy: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	x.plain, x.upgrades = x.transport(config, true), x.transport(config, false)
	return x
}

// transport dials wherever the service is at the time.
func (x *extension) transport(config *tls.Config, h2 bool) *http.Transport {
	d := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		TLSClientConfig: config.Clone(), TLSHandshakeTimeout: 5 * time.Second, ForceAttemptHTTP2: h2,
		MaxIdleConnsPerHost: 25, IdleConnTimeout: 90 * time.Second, DisableCompression: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			addr, err := x.address(ctx)
			if err != nil {
				return nil, err
			}
			return d.DialContext(ctx, network, addr)
		},
	}
}

// port is the service's.
func (x *extension) port() int32 {
	if p := x.spec.Service.Port; p != nil {
		return *p
	}
	return 443
}

// address is where the service is served now.
func (x *extension) address(ctx context.Context) (string, error) {
	return x.Resolve(ctx, x.spec.Service.Namespace, x.spec.Service.Name, x.port())
}

// host is what the other server is asked as.
func (x *extension) host() string {
	return net.JoinHostPort(x.spec.Service.Name+"."+x.spec.Service.Namespace+".svc", strconv.Itoa(int(x.port())))
}

// sameSpec says whether nothing but the status differs.
func (x *extension) sameSpec(s *apiregistration.APIService) bool {
	return reflect.DeepEqual(x.spec, s.Spec)
}

// observe takes over what the status says, and says whether that is news.
func (x *extension) observe(s *apiregistration.APIService) bool {
	var c *apiregistration.APIServiceCondition
	for i := range s.Status.Conditions {
		if s.Status.Conditions[i].Type == apiregistration.Available {
			c = &s.Status.Conditions[i]
		}
	}
	x.condition.Store(c)
	available := c != nil && c.Status == apiregistration.ConditionTrue
	return x.available.Swap(available) != available
}

// look makes the extension be checked soon.
func (x *extension) look() {
	select {
	case x.due <- struct{}{}:
	default:
	}
}

// stop ends the checks and lets the connections go.
func (x *extension) stop() {
	x.end.Do(func() {
		close(x.ended)
		x.plain.CloseIdleConnections()
		x.upgrades.CloseIdleConnections()
	})
}
