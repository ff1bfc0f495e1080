package apiserver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
)

const extended = "/apis/ext.example.com/v1"

// extensionServer is an API server of somebody else's that believes r's server.
func extensionServer(t *testing.T, r *runner) (s *httptest.Server, ca []byte) {
	t.Helper()
	authority, err := pki.OpenAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Server("ext", []string{"ext.hooked.svc"})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	proxies, _, err := pki.LoadPool(filepath.Join(pki.Dir(r.server.DataDir), "front-proxy-ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	s = httptest.NewUnstartedServer(http.HandlerFunc(serveThings))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: proxies}
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, authority.PEM
}

// serveThings answers like an API server that has a resource called things.
func serveThings(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == extended:
		io.WriteString(w, `{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"ext.example.com/v1","resources":[
			{"name":"things","singularName":"thing","namespaced":true,"kind":"Thing","verbs":["get","list"],"shortNames":["th"]},
			{"name":"things/status","singularName":"","namespaced":true,"kind":"Thing","verbs":["get"]}]}`)
	case r.URL.Path == "/openapi/v2":
		io.WriteString(w, `{"swagger":"2.0","info":{"title":"ext","version":"1"},"paths":{"`+extended+`/things":{"get":{"description":"list things"}},"/other":{}},
			"definitions":{"com.example.ext.v1.Thing":{"description":"a thing","type":"object"}}}`)
	case r.URL.Path == "/openapi/v3"+extended:
		io.WriteString(w, `{"openapi":"3.0.0","info":{"title":"ext","version":"1"},"paths":{}}`)
	case r.Header.Get("Upgrade") != "":
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := bufio.NewReader(conn).ReadString('\n')
		io.WriteString(conn, "echo "+line)
	case r.URL.Query().Get("watch") == "true":
		io.WriteString(w, "{\"type\":\"ADDED\"}\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case strings.HasPrefix(r.URL.Path, extended+"/"):
		json.NewEncoder(w).Encode(map[string]any{"path": r.URL.RequestURI(), "user": r.Header.Get("X-Remote-User"), "groups": r.Header["X-Remote-Group"],
			"authorization": r.Header.Get("Authorization"), "impersonated": r.Header.Get("Impersonate-User"), "method": r.Method})
	default:
		http.NotFound(w, r)
	}
}

// until asks again until the answer holds text; a watch would not do, for it is
// the documents that are asked for.
func (r *runner) until(path, text string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 15*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		r.do("GET", path, nil, "")
		if strings.Contains(string(r.body), text) {
			return
		}
	}
	r.t.Fatalf("%s never had %s:\n%s", path, text, r.body)
}

// TestAggregation: another API server's group is part of this one's API.
func TestAggregation(t *testing.T) {
	r := hooked(t)
	s, ca := extensionServer(t, r)
	port := s.Listener.Addr().(*net.TCPAddr).Port
	bundle, _ := json.Marshal(ca)
	r.do("POST", "/api/v1/namespaces/hooked/services", []byte(`{"metadata":{"name":"ext"},"spec":{"type":"ExternalName","externalName":"localhost"}}`), "")
	r.want(201, "")
	services := "/apis/apiregistration.k8s.io/v1/apiservices"
	r.do("POST", services, []byte(fmt.Sprintf(`{"metadata":{"name":"v1.ext.example.com"},"spec":{"group":"ext.example.com","version":"v1","caBundle":%s,
		"groupPriorityMinimum":2000,"versionPriority":10,"service":{"namespace":"hooked","name":"ext","port":%d}}}`, bundle, port)), "")
	r.want(201, "")
	r.until(services+"/v1.ext.example.com", `"reason":"Passed","message":"all checks passed"`)

	r.do("GET", extended+"/namespaces/hooked/things?labelSelector=a%3Db", nil, "")
	r.want(200, `"path":"`+extended+`/namespaces/hooked/things?labelSelector=a%3Db"`)
	r.want(200, `"user":"system:admin"`)
	r.want(200, `"groups":["system:masters","system:authenticated"]`)
	r.want(200, `"authorization":""`)
	r.do("GET", extended, nil, "")
	r.want(200, `"name":"things"`)

	r.until("/apis", `{"name":"ext.example.com","versions":[{"groupVersion":"ext.example.com/v1","version":"v1"}],"preferredVersion":{"groupVersion":"ext.example.com/v1","version":"v1"}}`)
	r.do("GET", "/apis/ext.example.com", nil, "")
	r.want(200, `"kind":"APIGroup"`)
	r.accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	r.until("/apis", `"name":"ext.example.com"`)
	r.want(200, `"resource":"things","responseKind":{"group":"ext.example.com","version":"v1","kind":"Thing"},"scope":"Namespaced","singularResource":"thing","verbs":["get","list"],"shortNames":["th"],"subresources":[{"subresource":"status"`)
	r.accept = ""
	r.until("/openapi/v3", `"apis/ext.example.com/v1"`)
	r.do("GET", "/openapi/v3"+extended, nil, "")
	r.want(200, `"title":"ext"`)
	r.until("/openapi/v2", `"com.example.ext.v1.Thing"`)
	r.want(200, `"`+extended+`/things"`)

	t.Run("watch", func(t *testing.T) { watchThrough(t, r) })
	t.Run("upgrade", func(t *testing.T) { upgradeThrough(t, r) })
	t.Run("may not", func(t *testing.T) {
		mine := *r
		mine.t = t
		mine.as("ann")
		mine.do("GET", extended+"/namespaces/hooked/things", nil, "")
		mine.want(403, `things.ext.example.com is forbidden: User \"ann\" cannot list resource \"things\" in API group \"ext.example.com\" in the namespace \"hooked\"`)
	})

	s.Close()
	r.do("DELETE", services+"/v1.ext.example.com", nil, "")
	r.want(200, "")
	r.do("GET", services, nil, "") // The cache has heard of it.
	r.do("GET", extended+"/namespaces/hooked/things", nil, "")
	r.want(404, "")
}

func watchThrough(t *testing.T, r *runner) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", r.server.URL+extended+"/things?watch=true", nil)
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); line != "{\"type\":\"ADDED\"}\n" {
		t.Errorf("the first event is %q, %v", line, err)
	}
}

func upgradeThrough(t *testing.T, r *runner) {
	config := r.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = nil
	conn, err := tls.Dial("tcp", strings.TrimPrefix(r.server.URL, "https://"), config)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s/things/a/shell HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", extended)
	b := bufio.NewReader(conn)
	resp, err := http.ReadResponse(b, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("the upgrade is answered %v, %v", resp, err)
	}
	io.WriteString(conn, "hello\n")
	if line, err := b.ReadString('\n'); line != "echo hello\n" {
		t.Errorf("what came back is %q, %v", line, err)
	}
}

// TestUnavailable: why another API server cannot be used is told word by word.
func TestUnavailable(t *testing.T) {
	r := hooked(t)
	services := "/apis/apiregistration.k8s.io/v1/apiservices"
	r.do("POST", services, []byte(`{"metadata":{"name":"v1.ext.example.com"},"spec":{"group":"ext.example.com","version":"v1","insecureSkipTLSVerify":true,
		"groupPriorityMinimum":2000,"versionPriority":10,"service":{"namespace":"hooked","name":"ext","port":443}}}`), "")
	r.want(201, "")
	is := func(reason, message string) {
		t.Helper()
		r.until(services+"/v1.ext.example.com", `"type":"Available","status":"False"`)
		r.until("/metrics", `aggregator_unavailable_apiservice{name="v1.ext.example.com"} 1`)
		r.until(services+"/v1.ext.example.com", `"reason":"`+reason+`","message":"`+message)
	}
	is("ServiceNotFound", `service/ext in \"hooked\" is not present`)
	r.do("POST", "/api/v1/namespaces/hooked/services", []byte(`{"metadata":{"name":"ext"},"spec":{"ports":[{"name":"https","port":444}]}}`), "")
	r.want(201, "")
	is("ServicePortError", `service/ext in \"hooked\" is not listening on port 443`)
	r.do("PATCH", "/api/v1/namespaces/hooked/services/ext", []byte(`[{"op":"replace","path":"/spec/ports/0/port","value":443}]`), "application/json-patch+json")
	r.want(200, "")
	is("EndpointsNotFound", `cannot find endpoints for service/ext in \"hooked\"`)
	r.do("POST", "/api/v1/namespaces/hooked/endpoints", []byte(`{"metadata":{"name":"ext"},"subsets":[{"addresses":[{"ip":"192.0.2.7"}],"ports":[{"name":"other","port":1}]}]}`), "")
	r.want(201, "")
	is("MissingEndpoints", `endpoints for service/ext in \"hooked\" have no addresses with port name \"https\"`)
	r.do("GET", extended+"/things", nil, "")
	r.want(503, "service unavailable")
	r.until("/apis", `"ext.example.com"`)
}

// TestLocalAPIServices: every version that the server serves has an APIService,
// custom resources' as long as they are there.
func TestLocalAPIServices(t *testing.T) {
	r := hooked(t)
	services := "/apis/apiregistration.k8s.io/v1/apiservices"
	r.until(services+"/v1.", `"groupPriorityMinimum":18000,"versionPriority":1}`)
	r.until(services+"/v2.autoscaling", `"groupPriorityMinimum":17500,"versionPriority":30}`)
	r.want(200, `"labels":{"kube-aggregator.kubernetes.io/automanaged":"onstart"}`)
	r.want(200, `"status":"True"`)
	r.want(200, `"reason":"Local","message":"Local APIServices are always available"`)
	definition, err := os.ReadFile("testdata/things.json")
	if err != nil {
		t.Fatal(err)
	}
	r.do("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition, "")
	r.want(201, "")
	r.until(services+"/v1.ext.example.com", `"groupPriorityMinimum":1000,"versionPriority":100}`)
	r.want(200, `"kube-aggregator.kubernetes.io/automanaged":"true"`)
	r.do("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.ext.example.com", nil, "")
	r.want(200, "")
	r.until(services+"/v1.ext.example.com", `"reason":"NotFound"`)
}
