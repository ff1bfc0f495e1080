package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client/kubeconfig"
)

// Config says where the API server is and who we are to it. Certificates and
// tokens may be given as data or as files; files are read again when they
// change, so that rotated credentials need no restart.
type Config struct {
	// Host is the server's URL, such as https://10.0.0.1:6443. A host without
	// a scheme is taken for https when there is anything of TLS here.
	Host string

	// CAData and CAFile hold the PEM certificates that sign the server's;
	// without either the system's are used. Data wins over files.
	CAData []byte
	CAFile string

	// CertData, KeyData, CertFile and KeyFile are our client certificate.
	CertData, KeyData []byte
	CertFile, KeyFile string

	// Token and TokenFile are a bearer token; the file wins.
	Token, TokenFile string

	// Username and Password are for HTTP basic authentication.
	Username, Password string

	// Insecure takes any certificate of the server.
	Insecure bool
	// ServerName is expected in the server's certificate instead of Host's.
	ServerName string
	// UserAgent is sent with each request; the program's name by default.
	UserAgent string
	// Impersonate and ImpersonateGroups ask to act as another user.
	Impersonate       string
	ImpersonateGroups []string

	// QPS caps the requests per second, with bursts of twice as many; 0 is no
	// cap: the API server shares itself out fairly.
	QPS float64
	// Timeout ends a request that is no watch and no stream; 0 means 30 s,
	// less than 0 never.
	Timeout time.Duration

	// Namespace is the kubeconfig context's; nothing here uses it but the CLI.
	Namespace string

	// Wrap, if there, stands between the client and the network: for tests of
	// what happens when requests fail.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// defaultTimeout ends requests to a server that hangs.
const defaultTimeout = 30 * time.Second

// ConfigFromKubeconfig reads path, or when it is empty the files of
// $KUBECONFIG or else ~/.kube/config, and takes the named context of it, or
// its current one when context is empty.
func ConfigFromKubeconfig(path, context string) (*Config, error) {
	k, err := kubeconfig.Load(path)
	if err != nil {
		return nil, err
	}
	return FromKubeconfig(k, context)
}

// FromKubeconfig takes the named context of k, or its current one when
// context is empty.
func FromKubeconfig(k *kubeconfig.Config, context string) (*Config, error) {
	cluster, user, ctx, err := k.Resolve(context)
	if err != nil {
		return nil, err
	}
	return &Config{
		Host:              cluster.Server,
		CAData:            cluster.CertificateAuthorityData,
		CAFile:            cluster.CertificateAuthority,
		Insecure:          cluster.InsecureSkipTLSVerify,
		ServerName:        cluster.TLSServerName,
		CertData:          user.ClientCertificateData,
		CertFile:          user.ClientCertificate,
		KeyData:           user.ClientKeyData,
		KeyFile:           user.ClientKey,
		Token:             user.Token,
		TokenFile:         user.TokenFile,
		Username:          user.Username,
		Password:          user.Password,
		Impersonate:       user.Impersonate,
		ImpersonateGroups: user.ImpersonateGroups,
		Namespace:         ctx.Namespace,
	}, nil
}

// serviceAccountDir is where a kubelet mounts a pod's own credentials.
const serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount"

// InCluster is for a program in a pod: the kubernetes service, by the pod's
// service account.
func InCluster() (*Config, error) {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return nil, errors.New("give a kubeconfig: this is no pod, for KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
	}
	ns, _ := os.ReadFile(serviceAccountDir + "/namespace")
	return &Config{
		Host:      "https://" + net.JoinHostPort(host, port),
		CAFile:    serviceAccountDir + "/ca.crt",
		TokenFile: serviceAccountDir + "/token",
		Namespace: strings.TrimSpace(string(ns)),
	}, nil
}

// base is Host as a URL without a trailing slash.
func (cfg *Config) base() (*url.URL, error) {
	host := cfg.Host
	if host == "" {
		return nil, errors.New("no API server is named: give a kubeconfig or a server URL")
	}
	if !strings.Contains(host, "://") {
		scheme := "http://"
		if cfg.usesTLS() {
			scheme = "https://"
		}
		host = scheme + host
	}
	u, err := url.Parse(host)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("API server %q: not a URL of the form https://HOST:PORT", cfg.Host)
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// usesTLS says whether anything in cfg makes sense only with TLS.
func (cfg *Config) usesTLS() bool {
	return cfg.Insecure || cfg.CAFile != "" || len(cfg.CAData) > 0 || cfg.CertFile != "" || len(cfg.CertData) > 0
}

// TLS is the client side of TLS as cfg asks for it, for those who dial by
// themselves. It fails when a certificate cannot be read.
func (cfg *Config) TLS() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: cfg.ServerName, InsecureSkipVerify: cfg.Insecure}
	ca, err := dataOrFile(cfg.CAData, cfg.CAFile)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	if len(ca) > 0 && !cfg.Insecure {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("certificate authority: no PEM certificate in it")
		}
	}
	pair := &keyPair{cfg: cfg}
	if pair.given() {
		if _, err := pair.load(); err != nil {
			return nil, err
		}
		t.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return pair.load() }
	}
	return t, nil
}

// dataOrFile is data, or else what is in file.
func dataOrFile(data []byte, file string) ([]byte, error) {
	if len(data) > 0 || file == "" {
		return data, nil
	}
	return os.ReadFile(file)
}

// transport is the one connection pool of a client. Dead connections are
// noticed by pings: a watch on a host that has gone away must not hang.
func (cfg *Config) transport() (*http.Transport, error) {
	t, err := cfg.TLS()
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 10 * time.Second}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		TLSClientConfig:     t,
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     90 * time.Second,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 5 * time.Second},
	}, nil
}
