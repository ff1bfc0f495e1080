package apiserver_test

import (
	"crypto/tls"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
)

func oracle(t *testing.T) *runner {
	c, err := tls.LoadX509KeyPair("/var/tmp/oracle/data/pki/admin.crt", "/var/tmp/oracle/data/pki/admin.key")
	if err != nil {
		t.Fatal(err)
	}
	return &runner{t: t, server: &testserver.Server{URL: "https://127.0.0.1:16443"}, client: &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{c}}}}}
}

func TestOracleHostile(t *testing.T) {
	r := oracle(t)
	r.do("DELETE", "/api/v1/namespaces/api3/configmaps/kept", nil, "")
	r.do("POST", "/api/v1/namespaces", []byte(`{"metadata":{"name":"api3"}}`), "")
	r.do("POST", "/api/v1/namespaces/api3/configmaps", []byte(`{"metadata":{"name":"kept"},"data":{"a":"b"}}`), "")
	got := r.hostile("/api/v1/namespaces/api3/configmaps")
	os.WriteFile("/var/tmp/wt/api3-bin/oracle.golden", []byte(strings.Join(got, "\n")+"\n"), 0o644)
}
