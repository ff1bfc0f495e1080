package client

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// keyPair is the client certificate, read again when its files change.
type keyPair struct {
	cfg *Config

	mu       sync.Mutex
	cert     *tls.Certificate
	modified time.Time
}

// given says whether there is a client certificate at all.
func (p *keyPair) given() bool { return len(p.cfg.CertData) > 0 || p.cfg.CertFile != "" }

// load is the certificate as it is now. When the files are being replaced and
// do not match, the last good one is used.
func (p *keyPair) load() (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := later(modified(p.cfg.CertFile), modified(p.cfg.KeyFile))
	if p.cert != nil && !changed.After(p.modified) {
		return p.cert, nil
	}
	cert, err := p.read()
	if err != nil && p.cert == nil {
		return nil, err
	}
	if err == nil {
		p.cert, p.modified = cert, changed
	}
	return p.cert, nil
}

func (p *keyPair) read() (*tls.Certificate, error) {
	certPEM, err := dataOrFile(p.cfg.CertData, p.cfg.CertFile)
	if err != nil {
		return nil, fmt.Errorf("client certificate: %w", err)
	}
	keyPEM, err := dataOrFile(p.cfg.KeyData, p.cfg.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("client certificate: %w", err)
	}
	return &cert, nil
}

// modified is when file was last written, zero when there is none.
func modified(file string) time.Time {
	if file == "" {
		return time.Time{}
	}
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// tokenSource is the bearer token, read again from its file at most every
// tokenAge: projected tokens are replaced while they are still good.
type tokenSource struct {
	token, file string

	mu   sync.Mutex
	read time.Time
}

// tokenAge is how long a token read from a file is trusted.
const tokenAge = 10 * time.Second

// current is the token to send, or none.
func (s *tokenSource) current() (string, error) {
	if s.file == "" {
		return s.token, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token != "" && time.Since(s.read) < tokenAge {
		return s.token, nil
	}
	b, err := os.ReadFile(s.file)
	if err != nil && s.token == "" {
		return "", fmt.Errorf("bearer token: %w", err)
	}
	if t := strings.TrimSpace(string(b)); err == nil && t != "" {
		s.token, s.read = t, time.Now()
	}
	return s.token, nil
}

// forget makes the next request read the file again: the server has refused
// the token.
func (s *tokenSource) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read = time.Time{}
}

// authorize puts who we are on a request.
func (c *Client) authorize(h http.Header) error {
	token, err := c.token.current()
	if err != nil {
		return err
	}
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	} else if c.basic != "" {
		h.Set("Authorization", c.basic)
	}
	if c.impersonate != "" {
		h.Set("Impersonate-User", c.impersonate)
	}
	for _, g := range c.impersonateGroups {
		h.Add("Impersonate-Group", g)
	}
	return nil
}
