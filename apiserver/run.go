package apiserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/policy"
	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/bootstrap"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/discovery"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
	"github.com/pilothouse/pilothouse/apiserver/internal/fairness"
	"github.com/pilothouse/pilothouse/apiserver/internal/openapi"
	"github.com/pilothouse/pilothouse/apiserver/internal/proxy"
	"github.com/pilothouse/pilothouse/apiserver/internal/quota"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/rest"
	"github.com/pilothouse/pilothouse/apiserver/internal/server"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/apiserver/internal/usage"
)

// Run serves until ctx ends, then lets the requests under way end and stops
// what it started.
func Run(ctx context.Context, cfg Config) error {
	s, err := cfg.settle()
	if err != nil {
		return err
	}
	l, err := s.listen()
	if err != nil {
		return err
	}
	defer l.close()
	keepHeadroom()

	keys := make(chan error, 1)
	var k *keyring
	go func() {
		var err error
		k, err = s.openKeys()
		keys <- err
	}()
	e, err := etcd.Open(ctx, etcd.Config{DataDir: filepath.Join(s.DataDir, "etcd"), Servers: s.EtcdServers,
		CAFile: s.EtcdCAFile, CertFile: s.EtcdCertFile, KeyFile: s.EtcdKeyFile, Log: s.Log})
	kerr := <-keys
	if err != nil {
		return err
	}
	defer e.Close()
	if kerr != nil {
		return kerr
	}
	d, err := s.assemble(e, k)
	if err != nil {
		return err
	}
	return d.run(ctx, l)
}

// listeners are open before anything else starts: a port that is taken is the
// commonest mistake, and the cheapest to find.
type listeners struct {
	secure, insecure net.Listener
}

func (s *settled) listen() (l listeners, err error) {
	addr := net.JoinHostPort(s.BindAddress, strconv.Itoa(s.SecurePort))
	if l.secure, err = net.Listen("tcp", addr); err != nil {
		return l, fmt.Errorf("--secure-port=%d: %w", s.SecurePort, err)
	}
	s.SecurePort = l.secure.Addr().(*net.TCPAddr).Port
	if s.InsecurePort != 0 {
		if l.insecure, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.InsecurePort))); err != nil {
			l.close()
			return l, fmt.Errorf("--insecure-port=%d: %w", s.InsecurePort, err)
		}
	}
	return l, nil
}

func (l listeners) close() {
	l.secure.Close()
	if l.insecure != nil {
		l.insecure.Close()
	}
}

// process is all parts, put together and not yet running.
type process struct {
	*settled
	etcd   *etcd.Etcd
	store  *store.Store
	cache  *cache.Cache
	alloc  *allocator.Allocator
	rest   *rest.Handler
	custom customResources
	others *aggregation.Aggregator
	// typeChecks tells the authors of policies of mistakes.
	typeChecks *policy.Checker
	authz      *authz.Authorizer
	front      *server.Server
	keys       *keyring
	usage      *usage.Meter
	metrics    []prometheus.Collector
	fairness   *fairness.Controller // nil: no limit
	stopping   context.Context      // done when the watches must end
	stop       context.CancelFunc
	leaving    atomic.Bool   // /readyz fails
	ready      chan struct{} // closed when requests can be served
}

// assemble puts the parts together.
func (s *settled) assemble(e *etcd.Etcd, k *keyring) (*process, error) {
	d := &process{settled: s, etcd: e, keys: k, ready: make(chan struct{})}
	d.stopping, d.stop = context.WithCancel(context.Background())
	d.store = store.New(e.Client())
	table := resources.All()
	var declared []cache.Resource
	for _, r := range table {
		if r.Prefix != "" {
			declared = append(declared, r.Cached())
		}
	}
	d.cache = cache.New(e.Client(), d.store, cache.Options{Resources: declared, Log: s.Log, SoleWriter: e.Embedded()})
	d.alloc = allocator.New(d.store, e.Client(), allocator.Config{Services: s.services,
		NodePorts: s.nodePorts, Log: s.Log})
	serviceRanges(d.cache, d.alloc)
	freedAddresses(d.cache, d.alloc)
	accounts := &authn.ServiceAccounts{Signer: k.signing, Keys: k.verifying, Issuers: s.ServiceAccountIssuers, Audiences: s.APIAudiences,
		MaxLife: s.ServiceAccountMaxLife, Extend: s.ServiceAccountExtend, Objects: rest.TokenObjects{Cache: d.cache}}
	who := s.authenticator(k, accounts)
	d.authz = &authz.Authorizer{RBAC: authz.NewRBAC(), Nodes: &authz.Graph{Cache: d.cache}, Lag: &authz.Lag{Cache: d.cache, Written: d.store.LastRevision}}
	d.authz.RBAC.Follow(d.cache, s.Log)
	reach := proxy.New(d.cache, k.kubelet)
	d.usage = usage.New(reach.Nodes, reach.AskKubelet, s.Log)
	d.rest = &rest.Handler{Usage: d.usage, Deprecated: deprecatedGauge(), Store: d.store, Cache: d.cache, Allocator: d.alloc, Quotas: quota.New(d.cache, s.Log), Admission: d.admission(reach), Accounts: accounts,
		Authn: who, Authz: d.authz, Connector: reach, Components: d.components, Log: s.Log, Stopping: d.stopping, MinWatch: max(s.MinWatchTime, time.Second)}
	d.rest.Serve(table)
	docs, err := discovery.New(table, net.JoinHostPort(s.advertise.String(), strconv.Itoa(s.SecurePort)))
	if err != nil {
		return nil, err
	}
	docs.Refuse, reach.Refuse = rest.Refuse, rest.Refuse
	api := openapi.New(table)
	d.typeChecks = policy.NewChecker(d.cache, d.rest, s.Log)
	d.others = d.aggregation(reach, docs, api)
	d.others.Local(kinds(table), nil)
	d.custom = d.customResources(table, docs, api, reach.ServiceHost)
	if n := s.MaxRequests + s.MaxMutatingRequests; n > 0 {
		d.fairness = fairness.New(n, max(s.RequestTimeout, time.Minute)/4)
	}
	d.front = server.New(server.Parts{
		Authn:     who,
		Authz:     d.authz,
		Issuer:    accounts.Discovery(s.jwksURI()),
		REST:      d.rest,
		Others:    d.others,
		Discovery: docs,
		OpenAPI:   api,
		Checks:    d.checks(),
		Fairness:  d.fairness,
		Width:     d.rest.Width,
		Metrics:   append(d.metrics, stored{d.cache, d.etcd}, accounts, d.rest.Deprecated, d.others),
		Limits:    server.Limits{Request: s.RequestTimeout, Stall: s.StallTimeout},
		Log:       s.Log,
	})
	return d, nil
}

// authenticator knows everybody that the credentials tell of.
func (s *settled) authenticator(k *keyring, accounts *authn.ServiceAccounts) *authn.Authenticator {
	h := s.RequestHeader
	return &authn.Authenticator{Authorities: k.clients, Tokens: append(k.tokens, accounts), Audiences: s.APIAudiences, RefuseAnonymous: !s.AnonymousAuth,
		Proxy: &authn.FrontProxy{Authorities: k.proxies, Names: h.AllowedNames, UserHeaders: h.UsernameHeaders,
			UIDHeaders: h.UIDHeaders, GroupHeaders: h.GroupHeaders, ExtraPrefixes: h.ExtraPrefixes}}
}

// jwksURI is where others find the keys of service account tokens.
func (s *settled) jwksURI() string {
	if s.ServiceAccountJWKSURI != "" {
		return s.ServiceAccountJWKSURI
	}
	return "https://" + net.JoinHostPort(s.advertise.String(), strconv.Itoa(s.SecurePort)) + authn.KeysPath
}

// checks are what health depends on.
func (d *process) checks() []server.Check {
	return []server.Check{
		{Name: "ping", Live: true, Run: func(context.Context) error { return nil }},
		{Name: "etcd", Live: true, Run: d.etcd.Healthy},
		{Name: "informer-sync", Run: func(context.Context) error {
			if !d.cache.Synced() {
				return errors.New("the cache has not been filled")
			}
			return nil
		}},
		{Name: "shutdown", Run: func(context.Context) error {
			if d.leaving.Load() {
				return errors.New("process is shutting down")
			}
			return nil
		}},
	}
}

// components is how the control plane is, for componentstatuses.
func (d *process) components(ctx context.Context) []rest.ComponentHealth {
	return append(bootstrap.ComponentHealth(ctx), rest.ComponentHealth{Name: "etcd-0", Err: d.etcd.Healthy(ctx)})
}

// run starts everything and serves until ctx ends.
func (d *process) run(ctx context.Context, l listeners) error {
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	g, inner := errgroup.WithContext(inner)
	g.Go(func() error { return d.etcd.Run(inner) })
	g.Go(func() error { return d.cache.Run(inner) })
	g.Go(func() error { return d.alloc.Run(inner) })
	g.Go(func() error { return d.custom.run(inner) })
	if err := d.start(inner); err != nil {
		cancel()
		return firstError(g.Wait(), err)
	}
	secure := d.securely()
	g.Go(func() error { return served(secure.ServeTLS(server.Gatherer{Listener: l.secure}, "", "")) })
	servers := []*http.Server{secure}
	if l.insecure != nil {
		plain := &http.Server{Handler: asMaster(d.front), ReadHeaderTimeout: d.HeadTimeout, ErrorLog: quiet}
		g.Go(func() error { return served(plain.Serve(l.insecure)) })
		servers = append(servers, plain)
	}
	g.Go(func() error { d.front.Run(inner); return nil })
	if d.fairness != nil {
		g.Go(func() error { return d.fairness.Follow(inner, d.cache, d.Log, d.flows) })
	}
	close(d.ready)
	g.Go(func() error { return d.others.Run(inner) })
	g.Go(func() error { return d.typeChecks.Run(inner) })
	g.Go(func() error { return d.usage.Run(inner) })
	d.Log.Info("serving", "address", l.secure.Addr().String(), "advertise", d.advertise.String(), "kubeconfig", d.adminKubeconfig())
	if d.Started != nil {
		d.Started(l.secure.Addr())
	}
	select {
	case <-ctx.Done():
	case <-inner.Done():
	}
	d.drain(inner, servers)
	cancel()
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// start waits until the cache is filled and makes what every cluster has.
func (d *process) start(ctx context.Context) error {
	if err := d.cache.Ready(ctx); err != nil {
		return fmt.Errorf("read the cluster's state from etcd: %w", err)
	}
	if err := d.alloc.Ready(ctx); err != nil {
		return fmt.Errorf("read the services' addresses from etcd: %w", err)
	}
	if err := d.custom.ready(ctx); err != nil {
		return fmt.Errorf("serve the custom resources: %w", err)
	}
	b := d.cluster()
	h := d.RequestHeader
	b.Authentication = bootstrap.Authentication(d.keys.clientPEM, d.keys.proxiesPEM, h.AllowedNames, h.UsernameHeaders, h.GroupHeaders, h.ExtraPrefixes)
	if err := b.Make(ctx); err != nil {
		return err
	}
	if err := d.alloc.Repair(ctx, rest.Holdings(d.cache)); err != nil {
		return fmt.Errorf("repair the services' claims: %w", err)
	}
	return d.writeKubeconfigs()
}

func served(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// firstError prefers an error that is not a mere consequence of stopping.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return errors.Join(errs...)
}

// quiet drops net/http's complaints about clients that do not trust us.
var quiet = log.New(io.Discard, "", 0)

// asMaster lets whoever reached the plain port do everything.
func asMaster(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(authn.Trusted(r.Context())))
	})
}

// clientTLS is for dialing kubelets.
func clientTLS(pool *x509.CertPool, pair tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
}
