// Package apiserver is kube-apiserver: the one daemon that everybody talks to
// and the only one that talks to etcd. Run starts it whole: store, cache,
// keys and certificates, the handlers, the listeners. cmd/kube-apiserver and
// tests both come in here.
//
// Read run.go first; internal has one folder per step of a request's way.
package apiserver

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
)

// Config is everything that can be set. DefaultConfig has the defaults.
type Config struct {
	// DataDir is where the embedded etcd, the keys and the kubeconfigs lie.
	DataDir string

	// BindAddress and SecurePort are where TLS is served; port 0 picks one.
	BindAddress string
	SecurePort  int
	// InsecurePort, when not 0, serves plain HTTP on loopback to anybody there,
	// who may do everything.
	InsecurePort int
	// AdvertiseAddress is where the rest of the cluster finds the server; empty
	// picks the address of the default route.
	AdvertiseAddress string
	// TLSCertFile and TLSKeyFile replace the certificate that the server makes
	// for itself.
	TLSCertFile, TLSKeyFile string
	// ExtraHosts are further names and addresses of the serving certificate.
	ExtraHosts []string

	// EtcdServers are the URLs of an etcd cluster; empty runs a member inside.
	EtcdServers []string
	// EtcdCAFile, EtcdCertFile and EtcdKeyFile are for TLS with it.
	EtcdCAFile, EtcdCertFile, EtcdKeyFile string

	// ServiceRange is the CIDR of cluster addresses.
	ServiceRange string
	// NodePortRange is FIRST-LAST.
	NodePortRange string
	// ClusterDomain ends the services' DNS names.
	ClusterDomain string

	// ClientCAFile replaces the cluster's authority for client certificates.
	ClientCAFile string
	// TokenAuthFile has lines token,user,uid,"groups".
	TokenAuthFile string
	// AnonymousAuth lets requests without credentials in, as system:anonymous.
	AnonymousAuth bool
	// RequestHeader says which proxies in front are believed, and where they
	// write who a request is from.
	RequestHeader RequestHeader
	// ProxyClientCertFile and ProxyClientKeyFile replace the certificate with
	// which the server goes to API services behind it.
	ProxyClientCertFile, ProxyClientKeyFile string

	// ServiceAccountIssuers are who service account tokens may say signed them;
	// the first is the one that the server writes.
	ServiceAccountIssuers []string
	// ServiceAccountJWKSURI is where discovery says that the keys are; empty
	// stands for the server itself.
	ServiceAccountJWKSURI string
	// APIAudiences are those that the server answers to; none means the issuers.
	APIAudiences []string
	// ServiceAccountKeyFiles have further public keys that verify tokens.
	ServiceAccountKeyFiles []string
	// ServiceAccountSigningKeyFile replaces the key that signs tokens.
	ServiceAccountSigningKeyFile string
	// ServiceAccountMaxLife, when not 0, bounds how long a token is good.
	ServiceAccountMaxLife time.Duration
	// ServiceAccountExtend lets mounted tokens live for a year, as programs that
	// read their token only once rely on.
	ServiceAccountExtend bool

	// MaxRequests and MaxMutatingRequests are how many requests are worked on at
	// once: their sum is divided among the priority levels. Zero for both means
	// no limit.
	MaxRequests, MaxMutatingRequests int
	// RequestTimeout is how long a request may take that does not last by its
	// nature.
	RequestTimeout time.Duration
	// StallTimeout is how long an answer may lie unread before its client is
	// cut. A healthy one reads a piece of 128 KiB in much less. Zero means no
	// limit.
	StallTimeout time.Duration
	// HeadTimeout is how long a client may take to greet the server, and for the
	// head of each request. Zero means no limit.
	HeadTimeout time.Duration
	// MinWatchTime is the shortest time after which a watch is ended that says
	// nothing of time; it is up to twice that.
	MinWatchTime time.Duration
	// ShutdownDelay is how long requests are still taken after the stop was
	// asked for, while /readyz fails already.
	ShutdownDelay time.Duration
	// ShutdownTimeout bounds how long requests may take to end at the stop.
	ShutdownTimeout time.Duration
	// Log is where the server writes what operators need to know.
	Log *slog.Logger
	// Started, when set, is told the address of the secure port once the server
	// is ready.
	Started func(addr net.Addr)
	// Unsynced leaves out fsync in the embedded etcd: for tests only.
	Unsynced bool
}

// RequestHeader is how proxies in front tell who a request is from.
type RequestHeader struct {
	// ClientCAFile signs the proxies' certificates; empty stands for an
	// authority that the server makes.
	ClientCAFile string
	// AllowedNames are the common names of the proxies; none means any.
	AllowedNames []string
	// UsernameHeaders, UIDHeaders, GroupHeaders and ExtraPrefixes are where it is
	// written.
	UsernameHeaders, UIDHeaders, GroupHeaders, ExtraPrefixes []string
}

// DefaultConfig is what holds when no flag says otherwise.
func DefaultConfig() Config {
	return Config{
		DataDir:       "/var/lib/pilothouse",
		BindAddress:   "0.0.0.0",
		SecurePort:    6443,
		ServiceRange:  "10.96.0.0/12",
		NodePortRange: "30000-32767",
		ClusterDomain: "cluster.local",
		AnonymousAuth: true,
		RequestHeader: RequestHeader{AllowedNames: []string{"front-proxy-client"}, UsernameHeaders: []string{"X-Remote-User"},
			UIDHeaders: []string{"X-Remote-Uid"}, GroupHeaders: []string{"X-Remote-Group"}, ExtraPrefixes: []string{"X-Remote-Extra-"}},
		ServiceAccountIssuers: []string{"https://kubernetes.default.svc.cluster.local"},
		ServiceAccountExtend:  true,
		MaxRequests:           400,
		MaxMutatingRequests:   200,
		RequestTimeout:        time.Minute,
		StallTimeout:          30 * time.Second,
		HeadTimeout:           30 * time.Second,
		MinWatchTime:          30 * time.Minute,
		ShutdownTimeout:       10 * time.Second,
	}
}

// settled is a Config that has been checked.
type settled struct {
	Config
	services  netip.Prefix
	nodePorts allocator.PortRange
	advertise netip.Addr
}

// settle checks the values and names the flag of the first that is wrong.
func (c Config) settle() (*settled, error) {
	s := &settled{Config: c}
	var err error
	if c.DataDir == "" {
		return nil, fmt.Errorf("--data-dir: must name a directory")
	}
	if s.DataDir, err = filepath.Abs(c.DataDir); err != nil {
		return nil, fmt.Errorf("--data-dir=%s: %w", c.DataDir, err)
	}
	for flag, port := range map[string]int{"--secure-port": c.SecurePort, "--insecure-port": c.InsecurePort} {
		if port < 0 || port > 65535 {
			return nil, fmt.Errorf("%s=%d: must be between 0 and 65535", flag, port)
		}
	}
	if net.ParseIP(c.BindAddress) == nil {
		return nil, fmt.Errorf("--bind-address=%s: must be an IP address", c.BindAddress)
	}
	if s.services, err = netip.ParsePrefix(c.ServiceRange); err != nil || !s.services.Addr().Is4() || s.services.Bits() > 30 {
		return nil, fmt.Errorf("--service-cluster-ip-range=%s: must be an IPv4 CIDR of at least four addresses, such as 10.96.0.0/12", c.ServiceRange)
	}
	s.services = s.services.Masked()
	if s.nodePorts, err = allocator.ParsePortRange(c.NodePortRange); err != nil {
		return nil, fmt.Errorf("--service-node-port-range: %w", err)
	}
	if (c.TLSCertFile == "") != (c.TLSKeyFile == "") {
		return nil, fmt.Errorf("--tls-cert-file and --tls-private-key-file must be given together")
	}
	if (c.EtcdCertFile == "") != (c.EtcdKeyFile == "") {
		return nil, fmt.Errorf("--etcd-certfile and --etcd-keyfile must be given together")
	}
	if (c.ProxyClientCertFile == "") != (c.ProxyClientKeyFile == "") {
		return nil, fmt.Errorf("--proxy-client-cert-file and --proxy-client-key-file must be given together")
	}
	if len(c.ServiceAccountIssuers) == 0 || c.ServiceAccountIssuers[0] == "" {
		return nil, fmt.Errorf("--service-account-issuer: must name an issuer")
	}
	if len(c.APIAudiences) == 0 {
		s.APIAudiences = c.ServiceAccountIssuers
	}
	s.advertise, err = c.advertised()
	if s.Log == nil {
		s.Log = slog.Default()
	}
	return s, err
}

// advertised is the address that others are told: the one set, the one bound
// to, or that of the interface with the default route.
func (c Config) advertised() (netip.Addr, error) {
	if c.AdvertiseAddress != "" {
		a, err := netip.ParseAddr(c.AdvertiseAddress)
		if err != nil {
			return a, fmt.Errorf("--advertise-address=%s: must be an IP address", c.AdvertiseAddress)
		}
		return a, nil
	}
	if a, err := netip.ParseAddr(c.BindAddress); err == nil && !a.IsUnspecified() {
		return a, nil
	}
	// Connecting a UDP socket sends nothing; it asks the kernel for a route.
	if conn, err := net.Dial("udp4", "192.0.2.1:9"); err == nil {
		defer conn.Close()
		if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
			return a.AddrPort().Addr().Unmap(), nil
		}
	}
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			addr, _ := netip.AddrFromSlice(n.IP.To4())
			return addr, nil
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
}
