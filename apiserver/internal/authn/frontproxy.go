package authn

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// FrontProxy believes what a proxy says in headers about who sends a request.
// The proxy shows by a client certificate that it may say so.
type FrontProxy struct {
	// Authorities sign the proxies' certificates.
	Authorities *x509.CertPool
	// Names are the common names of trusted proxies; none means any that the
	// authorities have signed.
	Names []string
	// UserHeaders, UIDHeaders and GroupHeaders are where names, uids and groups
	// are looked for; ExtraPrefixes begin headers with what else is known.
	UserHeaders, UIDHeaders, GroupHeaders, ExtraPrefixes []string

	trusted certificates
}

// User is whom the headers name, or nil when the request comes from no trusted
// proxy. The headers are taken off the request, so that nobody behind believes
// them again.
func (p *FrontProxy) User(r *http.Request) (*User, error) {
	name := first(r.Header, p.UserHeaders)
	if name == "" || r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil, nil
	}
	if _, ok := p.trusted.verify(r.TLS.PeerCertificates, p.Authorities); !ok {
		return nil, nil
	}
	if len(p.Names) > 0 && !slices.Contains(p.Names, r.TLS.PeerCertificates[0].Subject.CommonName) {
		return nil, nil
	}
	u := &User{Name: name, UID: first(r.Header, p.UIDHeaders), Extra: map[string][]string{}}
	for _, h := range p.GroupHeaders {
		u.Groups = append(u.Groups, r.Header.Values(h)...)
	}
	for h, values := range r.Header {
		for _, prefix := range p.ExtraPrefixes {
			if key, ok := cutPrefixFold(h, prefix); ok {
				key = ExtraKey(key)
				u.Extra[key] = append(u.Extra[key], values...)
			}
		}
	}
	p.strip(r.Header)
	if !slices.Contains(u.Groups, Authenticated) && !slices.Contains(u.Groups, Unauthenticated) {
		if u.Name == Anonymous {
			u.Groups = append(u.Groups, Unauthenticated)
		} else {
			u.Groups = append(u.Groups, Authenticated)
		}
	}
	return u, nil
}

// strip takes the headers away.
func (p *FrontProxy) strip(h http.Header) {
	for _, list := range [][]string{p.UserHeaders, p.UIDHeaders, p.GroupHeaders} {
		for _, name := range list {
			h.Del(name)
		}
	}
	for name := range h {
		for _, prefix := range p.ExtraPrefixes {
			if _, ok := cutPrefixFold(name, prefix); ok {
				delete(h, name)
			}
		}
	}
}

// first is the first value that any of the headers has.
func first(h http.Header, names []string) string {
	for _, n := range names {
		if v := h.Get(n); v != "" {
			return v
		}
	}
	return ""
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// ExtraKey is the key of a user's extra of the end of a header's name, which
// may be escaped as in URLs. Keys are in lower case.
func ExtraKey(header string) string {
	key := strings.ToLower(header)
	if plain, err := url.PathUnescape(key); err == nil {
		return plain
	}
	return key
}
