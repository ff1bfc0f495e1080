package apiserver

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
)

// keyring is every credential that the server needs.
type keyring struct {
	authority  *pki.Authority
	tls        *tls.Config    // for serving
	kubelet    *tls.Config    // for dialing kubelets
	clients    *x509.CertPool // who signs client certificates
	signing    crypto.Signer
	verifying  []authn.TokenKey
	proxies    *x509.CertPool // who signs the certificates of proxies in front
	proxy      pki.Pair       // with which the server goes to API services behind it
	clientPEM  []byte         // clients, as PEM
	proxiesPEM []byte         // proxies, as PEM
	tokens     []authn.TokenChecker
}

// openKeys reads the credentials below the data directory and makes those that
// are missing.
func (s *settled) openKeys() (*keyring, error) {
	dir := pki.Dir(s.DataDir)
	k := &keyring{}
	var err error
	if k.authority, err = pki.OpenAuthority(dir); err != nil {
		return nil, fmt.Errorf("the cluster's certificate authority: %w", err)
	}
	if err := s.openTokenKeys(k, dir); err != nil {
		return nil, err
	}
	kubelet, err := k.authority.ClientPair(dir, "apiserver-kubelet-client", "kube-apiserver-kubelet-client", authz.Masters)
	if err != nil {
		return nil, fmt.Errorf("the client certificate for kubelets: %w", err)
	}
	cert, err := kubelet.TLS()
	if err != nil {
		return nil, err
	}
	k.kubelet = clientTLS(k.authority.Pool(), cert)
	k.clients, k.clientPEM = k.authority.Pool(), k.authority.PEM
	if s.ClientCAFile != "" {
		if k.clients, k.clientPEM, err = pki.LoadPool(s.ClientCAFile); err != nil {
			return nil, fmt.Errorf("--client-ca-file: %w", err)
		}
		k.clients.AddCert(k.authority.Cert) // the components' own certificates
	}
	if err := s.openProxyKeys(k, dir); err != nil {
		return nil, err
	}
	if s.TokenAuthFile != "" {
		f, err := authn.ReadTokenFile(s.TokenAuthFile)
		if err != nil {
			return nil, fmt.Errorf("--token-auth-file: %w", err)
		}
		k.tokens = append(k.tokens, f)
	}
	k.tls, err = s.servingTLS(k.authority, dir)
	return k, err
}

// openTokenKeys finds the keys of service account tokens: those of the flags,
// or the cluster's own.
func (s *settled) openTokenKeys(k *keyring, dir string) error {
	var err error
	if s.ServiceAccountSigningKeyFile != "" {
		if k.signing, err = authn.ReadSigningKey(s.ServiceAccountSigningKeyFile); err != nil {
			return fmt.Errorf("--service-account-signing-key-file: %w", err)
		}
	} else if k.signing, err = pki.OpenSigningKey(dir); err != nil {
		return fmt.Errorf("the key for service account tokens: %w", err)
	}
	own, err := authn.NewTokenKey(k.signing.Public())
	if err != nil {
		return fmt.Errorf("--service-account-signing-key-file: %w", err)
	}
	k.verifying = []authn.TokenKey{own}
	for _, file := range s.ServiceAccountKeyFiles {
		keys, err := authn.ReadTokenKeys(file)
		if err != nil {
			return fmt.Errorf("--service-account-key-file: %w", err)
		}
		for _, key := range keys {
			if !slices.ContainsFunc(k.verifying, func(have authn.TokenKey) bool { return have.ID == key.ID }) {
				k.verifying = append(k.verifying, key)
			}
		}
	}
	return nil
}

// openProxyKeys finds who signs for proxies in front of the server, and the
// certificate with which the server is itself such a proxy.
func (s *settled) openProxyKeys(k *keyring, dir string) error {
	front, err := pki.OpenNamedAuthority(dir, "front-proxy-ca", "front-proxy-ca")
	if err != nil {
		return fmt.Errorf("the authority of proxies: %w", err)
	}
	if s.ProxyClientCertFile != "" {
		if k.proxy, err = pki.Load(s.ProxyClientCertFile, s.ProxyClientKeyFile); err != nil {
			return fmt.Errorf("--proxy-client-cert-file: %w", err)
		}
	} else if k.proxy, err = front.ClientPair(dir, "front-proxy-client", "front-proxy-client"); err != nil {
		return fmt.Errorf("the client certificate for API services: %w", err)
	}
	k.proxies, k.proxiesPEM = front.Pool(), front.PEM
	if s.RequestHeader.ClientCAFile != "" {
		if k.proxies, k.proxiesPEM, err = pki.LoadPool(s.RequestHeader.ClientCAFile); err != nil {
			return fmt.Errorf("--requestheader-client-ca-file: %w", err)
		}
	}
	return nil
}

// servingTLS asks clients for a certificate and leaves judging it to authn, so
// that a bad one is answered by a Status and not by a broken handshake.
func (s *settled) servingTLS(a *pki.Authority, dir string) (*tls.Config, error) {
	var pair pki.Pair
	var err error
	if s.TLSCertFile != "" {
		if pair, err = pki.Load(s.TLSCertFile, s.TLSKeyFile); err != nil {
			return nil, fmt.Errorf("--tls-cert-file: %w", err)
		}
	} else {
		hosts := pki.LocalHosts(firstOf(s.services), s.ClusterDomain, append([]string{s.BindAddress, s.advertise.String()}, s.ExtraHosts...)...)
		if pair, err = a.ServingPair(dir, "apiserver", hosts); err != nil {
			return nil, fmt.Errorf("the serving certificate: %w", err)
		}
	}
	cert, err := pair.TLS()
	if err != nil {
		return nil, err
	}
	// Small records at a connection's beginning are for pages that browsers show
	// while they load; here they would be five writes for each answer.
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, DynamicRecordSizingDisabled: true,
		ClientAuth: tls.RequestClientCert, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// firstOf is the address of the kubernetes service.
func firstOf(services netip.Prefix) netip.Addr { return services.Addr().Next() }

func (s *settled) adminKubeconfig() string { return filepath.Join(s.DataDir, "admin.kubeconfig") }

// writeKubeconfigs leaves the files with which the administrator and the
// control plane's other daemons come in.
func (d *process) writeKubeconfigs() error {
	host := "127.0.0.1"
	if ip := net.ParseIP(d.BindAddress); !ip.IsUnspecified() {
		host = d.BindAddress
	}
	local := "https://" + net.JoinHostPort(host, strconv.Itoa(d.SecurePort))
	public := "https://" + net.JoinHostPort(d.advertise.String(), strconv.Itoa(d.SecurePort))
	for _, f := range []struct {
		file, server, user string
		groups             []string
	}{
		{"admin.kubeconfig", public, "kubernetes-admin", []string{authz.Masters}},
		{"controller-manager.kubeconfig", local, authz.ControllerManager, nil},
		{"scheduler.kubeconfig", local, authz.Scheduler, nil},
	} {
		if err := d.keys.authority.KeepKubeconfig(filepath.Join(d.DataDir, f.file), f.server, f.user, f.groups...); err != nil {
			return fmt.Errorf("write %s: %w", f.file, err)
		}
	}
	return nil
}
