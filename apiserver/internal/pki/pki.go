// Package pki makes the keys and certificates that a cluster needs and keeps
// them below the data directory: the cluster's authority (ca.crt, ca.key), the
// API server's serving certificate, its client certificate for kubelets, the
// authority of proxies and the server's own certificate as one, the key that signs service account tokens, and kubeconfig files for those who
// may come in.
//
// Everything is made once and kept; a serving certificate is made again when
// the addresses it must name have changed or it is about to expire. Keys are
// ECDSA P-256 and readable by their owner alone.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// How long what is made here is good for.
const (
	authorityLife   = 10 * 365 * 24 * time.Hour
	certificateLife = 5 * 365 * 24 * time.Hour
	// renewBefore is how long before its end a serving certificate is replaced.
	renewBefore = 30 * 24 * time.Hour
	// backdate forgives clocks that are a little behind.
	backdate = 5 * time.Minute
)

// Authority is a certificate authority that can sign.
type Authority struct {
	// Cert is the authority's own certificate.
	Cert *x509.Certificate
	// PEM is Cert as files and kubeconfigs hold it.
	PEM []byte
	key *ecdsa.PrivateKey
}

// Pair is a certificate and its key, both PEM.
type Pair struct {
	// Cert is the certificate.
	Cert []byte
	// Key is the private key.
	Key []byte
}

// TLS makes the pair usable by crypto/tls.
func (p Pair) TLS() (tls.Certificate, error) { return tls.X509KeyPair(p.Cert, p.Key) }

// Dir is where the keys of the cluster with that data directory lie.
func Dir(dataDir string) string { return filepath.Join(dataDir, "pki") }

// OpenAuthority reads the cluster's authority from dir, or makes one.
func OpenAuthority(dir string) (*Authority, error) {
	return OpenNamedAuthority(dir, "ca", "kubernetes")
}

// OpenNamedAuthority reads the authority in the files of that name in dir, or
// makes one whose certificate is for subject.
func OpenNamedAuthority(dir, name, subject string) (*Authority, error) {
	a, err := loadAuthority(dir, name)
	if !errors.Is(err, fs.ErrNotExist) {
		return a, err
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	t := template(pkix.Name{CommonName: subject}, authorityLife)
	t.IsCA, t.BasicConstraintsValid = true, true
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the authority %s: %w", subject, err)
	}
	p, err := encode(der, key)
	if err != nil {
		return nil, err
	}
	if err := p.save(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")); err != nil {
		return nil, err
	}
	return loadAuthority(dir, name)
}

// LoadAuthority reads the authority that OpenAuthority left in dir.
func LoadAuthority(dir string) (*Authority, error) { return loadAuthority(dir, "ca") }

func loadAuthority(dir, name string) (*Authority, error) {
	p, err := load(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
	if err != nil {
		return nil, err
	}
	c, err := p.TLS()
	if err != nil {
		return nil, fmt.Errorf("authority in %s: %w", dir, err)
	}
	key, ok := c.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("authority in %s: the key is no ECDSA key", dir)
	}
	return &Authority{Cert: c.Leaf, PEM: p.Cert, key: key}, nil
}

// Pool holds the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Cert)
	return pool
}

// Client makes a client certificate for a user in groups.
func (a *Authority) Client(user string, groups ...string) (Pair, error) {
	t := template(pkix.Name{CommonName: user, Organization: groups}, certificateLife)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.issue(t)
}

// Server makes a serving certificate for hosts, names and addresses mixed.
func (a *Authority) Server(name string, hosts []string) (Pair, error) {
	t := template(pkix.Name{CommonName: name}, certificateLife)
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	return a.issue(t)
}

func (a *Authority) issue(t *x509.Certificate) (Pair, error) {
	key, err := newKey()
	if err != nil {
		return Pair{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.Cert, key.Public(), a.key)
	if err != nil {
		return Pair{}, fmt.Errorf("sign a certificate for %s: %w", t.Subject.CommonName, err)
	}
	return encode(der, key)
}

// ServingPair is the server certificate kept under name in dir, made anew when
// it is missing, does not name one of hosts, was signed by another authority
// or ends soon.
func (a *Authority) ServingPair(dir, name string, hosts []string) (Pair, error) {
	return a.keep(dir, name,
		func(c *x509.Certificate) bool {
			return !slices.ContainsFunc(hosts, func(h string) bool { return c.VerifyHostname(h) != nil })
		},
		func() (Pair, error) { return a.Server("kube-apiserver", hosts) })
}

// ClientPair is the client certificate kept under name in dir, made when it is
// missing, of another authority, or about to end.
func (a *Authority) ClientPair(dir, name, user string, groups ...string) (Pair, error) {
	return a.keep(dir, name,
		func(*x509.Certificate) bool { return true },
		func() (Pair, error) { return a.Client(user, groups...) })
}

func (a *Authority) keep(dir, name string, good func(*x509.Certificate) bool, issue func() (Pair, error)) (Pair, error) {
	certFile, keyFile := filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	if p, err := load(certFile, keyFile); err == nil {
		if c, err := p.TLS(); err == nil && a.signed(c.Leaf) && good(c.Leaf) {
			return p, nil
		}
	}
	p, err := issue()
	if err != nil {
		return Pair{}, err
	}
	return p, p.save(certFile, keyFile)
}

// signed says whether c is this authority's and lasts a while.
func (a *Authority) signed(c *x509.Certificate) bool {
	return c.CheckSignatureFrom(a.Cert) == nil && time.Until(c.NotAfter) > renewBefore
}

// LocalHosts lists every name and address under which this machine and the
// service may be asked for: the host's name, all its addresses, the service's
// names and address, and extra.
func LocalHosts(service netip.Addr, domain string, extra ...string) []string {
	hosts := []string{"localhost", "127.0.0.1", "::1", service.String(),
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + domain}
	if name, err := os.Hostname(); err == nil && name != "" {
		hosts = append(hosts, name)
	}
	addrs, _ := net.InterfaceAddrs() // Without them the certificate names fewer hosts, and extra can add them.
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			hosts = append(hosts, n.IP.String())
		}
	}
	for _, e := range extra {
		if e != "" && e != "0.0.0.0" && e != "::" {
			hosts = append(hosts, e)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

func template(subject pkix.Name, life time.Duration) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // crypto/rand does not fail.
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-backdate),
		NotAfter:     now.Add(life),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func newKey() (*ecdsa.PrivateKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return k, nil
}
