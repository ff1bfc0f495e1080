package authn

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
)

// BenchmarkUser is what each request pays to be told from whom it is.
func BenchmarkUser(b *testing.B) {
	a, err := pki.OpenAuthority(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	pair, err := a.Client("ann", "dev")
	if err != nil {
		b.Fatal(err)
	}
	cert, err := pair.TLS()
	if err != nil {
		b.Fatal(err)
	}
	s := newAccounts(b, ecKey(b), living())
	token, _, err := s.Sign(podBinding, s.Audiences, "id", time.Now(), 3600)
	if err != nil {
		b.Fatal(err)
	}
	who := &Authenticator{Authorities: a.Pool(), Tokens: []TokenChecker{s}, Audiences: s.Audiences,
		Proxy: &FrontProxy{Authorities: a.Pool(), UserHeaders: []string{"X-Remote-User"}}}
	bearer := httptest.NewRequest(http.MethodGet, "/", nil)
	bearer.Header.Set("Authorization", "Bearer "+token)
	withCert := httptest.NewRequest(http.MethodGet, "/", nil)
	withCert.TLS = &tls.ConnectionState{}
	withCert.TLS.PeerCertificates = append(withCert.TLS.PeerCertificates, cert.Leaf)
	for name, r := range map[string]*http.Request{"token": bearer, "certificate": withCert} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := who.User(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
