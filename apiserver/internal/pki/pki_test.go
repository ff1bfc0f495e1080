package pki

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestAuthorityIsKept(t *testing.T) {
	dir := t.TempDir()
	a, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenAuthority(dir)
	if err != nil || !a.Cert.Equal(b.Cert) {
		t.Fatalf("the second start has another authority: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "ca.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, %v", info.Mode(), err)
	}
}

// TestServingPair: a certificate is kept while it names all hosts, and made
// anew when one is missing or another authority signed it.
func TestServingPair(t *testing.T) {
	dir := t.TempDir()
	a, err := OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	pair := func(a *Authority, hosts ...string) []byte {
		p, err := a.ServingPair(dir, "s", hosts)
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.TLS()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hosts {
			if err := c.Leaf.VerifyHostname(h); err != nil {
				t.Error(err)
			}
		}
		return p.Cert
	}
	first := pair(a, "a", "10.0.0.1")
	if !bytes.Equal(first, pair(a, "a")) {
		t.Error("a certificate that names the hosts was made anew")
	}
	second := pair(a, "a", "10.0.0.2")
	if bytes.Equal(first, second) {
		t.Error("a certificate that does not name a host was kept")
	}
	other, err := OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(second, pair(other, "a")) {
		t.Error("another authority's certificate was kept")
	}
}

func TestKubeconfigIsKept(t *testing.T) {
	a, err := OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	write := func(server string) string {
		if err := a.KeepKubeconfig(path, server, "u", "g"); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := write("https://one:6443")
	if write("https://one:6443") != first {
		t.Error("a kubeconfig that is right was written anew")
	}
	if write("https://two:6443") == first {
		t.Error("a kubeconfig for another server was kept")
	}
}
