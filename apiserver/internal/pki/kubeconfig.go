package pki

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
)

// Kubeconfig is the text of a kubeconfig file with which the holder of p comes
// in at server, all keys inside it.
func Kubeconfig(server string, ca []byte, user string, p Pair) []byte {
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %q
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: %q
  context:
    cluster: kubernetes
    user: %q
current-context: %q
`, server, b64(ca), user, b64(p.Cert), b64(p.Key), user+"@kubernetes", user, user+"@kubernetes")
}

// KeepKubeconfig leaves a kubeconfig for user at path. A file that is there
// for the same server and authority stays, so that programs which read it once
// and programs which read it later hold the same credentials.
func (a *Authority) KeepKubeconfig(path, server, user string, groups ...string) error {
	if old, err := os.ReadFile(path); err == nil &&
		bytes.Contains(old, []byte("server: "+server+"\n")) &&
		bytes.Contains(old, []byte(base64.StdEncoding.EncodeToString(a.PEM))) {
		return nil
	}
	p, err := a.Client(user, groups...)
	if err != nil {
		return err
	}
	return WriteFile(path, Kubeconfig(server, a.PEM, user, p))
}
