package authn

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
)

// chain is a client certificate of name.
func chain(t *testing.T, a *pki.Authority, name string) []*x509.Certificate {
	t.Helper()
	p, err := a.Client(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return []*x509.Certificate{c.Leaf}
}

func TestFrontProxy(t *testing.T) {
	proxies, err := pki.OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	clients, err := pki.OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a := &Authenticator{Authorities: clients.Pool(), Proxy: &FrontProxy{Authorities: proxies.Pool(), Names: []string{"front"},
		UserHeaders: []string{"X-Remote-User"}, UIDHeaders: []string{"X-Remote-Uid"}, GroupHeaders: []string{"X-Remote-Group"}, ExtraPrefixes: []string{"X-Remote-Extra-"}}}
	const headers = "X-Remote-User=ann X-Remote-Uid=7 X-Remote-Group=dev X-Remote-Group=ops X-Remote-Extra-Acme.com%2Fproject=x Other=stays"
	for _, c := range []struct {
		name    string
		chain   []*x509.Certificate
		headers string
		want    *User
	}{
		{"a proxy", chain(t, proxies, "front"), headers,
			&User{Name: "ann", UID: "7", Groups: []string{"dev", "ops", Authenticated}, Extra: map[string][]string{"acme.com/project": {"x"}}}},
		{"a proxy for nobody", chain(t, proxies, "front"), "X-Remote-User=system:anonymous", &User{Name: Anonymous, Groups: []string{Unauthenticated}, Extra: map[string][]string{}}},
		{"a proxy of another name", chain(t, proxies, "other"), headers, nil},
		{"a client that plays proxy", chain(t, clients, "front"), headers, &User{Name: "front", Groups: []string{Authenticated}}},
		{"nobody that plays proxy", nil, headers, &User{Name: Anonymous, Groups: []string{Unauthenticated}}},
		{"a proxy without a user", chain(t, proxies, "front"), "X-Remote-Group=dev", nil},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if c.chain != nil {
			r.TLS = &tls.ConnectionState{PeerCertificates: c.chain}
		}
		for h := range strings.FieldsSeq(c.headers) {
			k, v, _ := strings.Cut(h, "=")
			r.Header.Add(k, v)
		}
		got, err := a.User(r)
		if got != nil && got.Name == "front" {
			got.Extra = nil // the certificate's hash
		}
		if (err != nil) != (c.want == nil) || c.want != nil && cmp.Diff(c.want, got) != "" {
			t.Errorf("%s: %v %s", c.name, err, cmp.Diff(c.want, got))
		}
		if c.name == "a proxy" && (len(r.Header) != 1 || r.Header.Get("Other") == "") {
			t.Errorf("the headers that are left are %v", r.Header)
		}
	}
}

// TestCertificateAndToken: a certificate that nobody here signed does not keep a
// token from speaking for the client.
func TestCertificateAndToken(t *testing.T) {
	ours, err := pki.OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := pki.OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := newAccounts(t, ecKey(t), living())
	token, _, err := s.Sign(podBinding, s.Audiences, "id", time.Now(), 3600)
	if err != nil {
		t.Fatal(err)
	}
	a := &Authenticator{Authorities: ours.Pool(), Tokens: []TokenChecker{s}, Audiences: s.Audiences}
	for _, c := range []struct{ token, want string }{
		{token, "system:serviceaccount:ns:sa"}, {token + "x", ""}, {"", ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.TLS = &tls.ConnectionState{PeerCertificates: chain(t, theirs, "x")}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		u, err := a.User(r)
		if (err == nil) != (c.want != "") || u != nil && u.Name != c.want {
			t.Errorf("with the token %.5s it is %+v, %v", c.token, u, err)
		}
	}
	a.RefuseAnonymous = true
	if u, err := a.User(httptest.NewRequest(http.MethodGet, "/", nil)); err == nil {
		t.Errorf("without credentials it is %+v", u)
	}
}
