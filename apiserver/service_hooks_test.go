package apiserver_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
)

// outside is an address of this machine that endpoints may have: not a loopback
// one.
func outside(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	t.Fatal("this machine has no address beside the loopback one")
	return ""
}

// behindService serves h, with a certificate for the service hooks in the
// namespace default, behind that service: port 8443 of it leads here. It returns
// the authority that clients must trust, as JSON.
func (r *runner) behindService(h http.Handler) string {
	r.t.Helper()
	authority, err := pki.OpenAuthority(r.t.TempDir())
	if err != nil {
		r.t.Fatal(err)
	}
	pair, err := authority.Server("hooks", []string{"hooks.default.svc"})
	if err != nil {
		r.t.Fatal(err)
	}
	cert, err := pair.TLS()
	if err != nil {
		r.t.Fatal(err)
	}
	ip := outside(r.t)
	l, err := tls.Listen("tcp", net.JoinHostPort(ip, "0"), &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		r.t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	go s.Serve(l)
	r.t.Cleanup(func() { s.Close() })
	port := l.Addr().(*net.TCPAddr).Port
	r.must(201, "POST", "/api/v1/namespaces/default/services", fmt.Sprintf(`{"metadata":{"name":"hooks"},"spec":{"ports":[{"name":"https","port":8443,"targetPort":%d}]}}`, port))
	r.must(201, "POST", "/api/v1/namespaces/default/endpoints", fmt.Sprintf(
		`{"metadata":{"name":"hooks"},"subsets":[{"addresses":[{"ip":%q}],"ports":[{"name":"https","port":%d}]}]}`, ip, port))
	ca, _ := json.Marshal(authority.PEM)
	return string(ca)
}

// TestHooksBehindService: webhooks that admit and that convert are reached
// through a Service, by its name, its port and its endpoints.
func TestHooksBehindService(t *testing.T) {
	r := customRunner(t)
	var names []string
	ca := r.behindService(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		names = append(names, req.Host+req.URL.Path)
		b, _ := io.ReadAll(req.Body)
		var review struct {
			APIVersion, Kind string
			Request          struct {
				UID               string           `json:"uid"`
				DesiredAPIVersion string           `json:"desiredAPIVersion"`
				Objects           []map[string]any `json:"objects"`
			}
		}
		if err := json.Unmarshal(b, &review); err != nil {
			t.Error(err)
		}
		answer := map[string]any{"uid": review.Request.UID}
		if review.Kind == "AdmissionReview" {
			answer["allowed"], answer["status"] = false, map[string]any{"message": "says the service"}
		} else {
			for _, o := range review.Request.Objects {
				o["apiVersion"] = review.Request.DesiredAPIVersion
				o["spec"].(map[string]any)["by"] = "service"
			}
			answer["convertedObjects"], answer["result"] = review.Request.Objects, map[string]any{"status": "Success"}
		}
		json.NewEncoder(w).Encode(map[string]any{"apiVersion": review.APIVersion, "kind": review.Kind, "response": answer})
	}))
	config := func(path string) string {
		return `"clientConfig":{"service":{"namespace":"default","name":"hooks","port":8443,"path":"` + path + `"},"caBundle":` + ca + `}`
	}
	r.configure("Validating", "v", `{"name":"v.example.com",`+config("/admit")+`,"sideEffects":"None","admissionReviewVersions":["v1"],
		"rules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["CREATE"]}]}`)
	if got := r.must(400, "POST", "/api/v1/namespaces/default/configmaps", `{"metadata":{"name":"a"}}`); !strings.Contains(got, `admission webhook \"v.example.com\" denied the request: says the service`) {
		t.Errorf("the refusal is %s", got)
	}
	version := func(name string, storage bool) string {
		return fmt.Sprintf(`{"name":%q,"served":true,"storage":%v,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"by":{"type":"string"}}}}}}}`, name, storage)
	}
	r.define(widgets(version("v1", true)+","+version("v2", false), `,"conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],`+config("/convert")+`}}`))
	r.must(201, "POST", widgetPath, `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"by":"nobody"}}`)
	v2 := strings.Replace(widgetPath, "/v1/", "/v2/", 1)
	if got := r.must(200, "GET", v2+"/w", ""); !strings.Contains(got, `"spec":{"by":"service"}`) {
		t.Errorf("at v2 it is %s", got)
	}
	if want := "[hooks.default.svc:8443/admit hooks.default.svc:8443/convert]"; fmt.Sprint(names) != want {
		t.Errorf("the service was asked at %v, want %s", names, want)
	}
}
