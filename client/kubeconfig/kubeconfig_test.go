package kubeconfig

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const (
	home = `
apiVersion: v1
kind: Config
clusters:
- {name: one, cluster: {server: "https://one:6443", certificate-authority: ca.crt}}
users:
- {name: admin, user: {client-certificate: admin.crt, client-key: /keys/admin.key}}
contexts:
- {name: first, context: {cluster: one, user: admin, namespace: web}}
current-context: first
`
	work = `
clusters:
- {name: one, cluster: {server: "https://shadowed:6443"}}
- {name: two, cluster: {server: "https://two:6443"}}
contexts:
- {name: second, context: {cluster: two, user: admin}}
- {name: broken, context: {cluster: three, user: admin}}
current-context: second
`
)

func TestMergeAndSave(t *testing.T) {
	dir := t.TempDir()
	a, b, missing := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "none")
	write(t, a, home)
	write(t, b, work)
	t.Setenv("KUBECONFIG", strings.Join([]string{missing, a, b}, ":"))

	c, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	cluster, user, ctx, err := c.Resolve("")
	if err != nil {
		t.Fatal(err)
	}
	if cluster.Server != "https://one:6443" || ctx.Namespace != "web" {
		t.Errorf("the first file must win: got server %s, namespace %s", cluster.Server, ctx.Namespace)
	}
	if cluster.CertificateAuthority != filepath.Join(dir, "ca.crt") || user.ClientKey != "/keys/admin.key" {
		t.Errorf("paths: ca %s, key %s", cluster.CertificateAuthority, user.ClientKey)
	}
	if two, _, _, err := c.Resolve("second"); err != nil || two.Server != "https://two:6443" {
		t.Errorf("second: %v, %v", two, err)
	}

	c.Context("second").Namespace = "db"
	if err := c.Save(""); err != nil {
		t.Fatal(err)
	}
	changed, err := LoadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := changed.Context("second"); got == nil || got.Namespace != "db" {
		t.Errorf("the change is not in the file that the context came from: %+v", changed)
	}
	if changed.Context("first") != nil {
		t.Error("a context of another file was written into this one")
	}
	if left, _ := os.ReadFile(a); string(left) != home {
		t.Errorf("a file that did not change was written:\n%s", left)
	}
}

func TestResolveErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "b")
	write(t, path, work)
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for context, want := range map[string]string{
		"nowhere": `context "nowhere" does not exist`,
		"broken":  `cluster "three" of context "broken" does not exist`,
		"second":  `user "admin" of context "second" does not exist`,
	} {
		if _, _, _, err := c.Resolve(context); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", context, err, want)
		}
	}
}

func TestNoFile(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	if _, err := Load(""); !errors.Is(err, ErrNone) {
		t.Errorf("got %v, want ErrNone", err)
	}
	if _, err := Load("/no/such/file"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a named file that is not there: %v", err)
	}
}

func TestWrittenFilesAreSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "config")
	c := Single("pilothouse", Cluster{Server: "https://h:6443", CertificateAuthorityData: []byte("ca")}, "admin", User{Token: "s3cret"})
	if err := c.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	back, err := LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cluster, user, _, err := back.Resolve("")
	if err != nil || string(cluster.CertificateAuthorityData) != "ca" || user.Token != "s3cret" {
		t.Errorf("read back %+v, %+v, %v", cluster, user, err)
	}
}
