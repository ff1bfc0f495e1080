package apiserver_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

const networkingAPI = "/apis/networking.k8s.io/v1/"

// TestServiceAddresses: every address of a service has its IPAddress, which
// comes and goes with it; a ServiceCIDR that is ready adds to the addresses; and
// an IPAddress made by hand keeps an address back.
func TestServiceAddresses(t *testing.T) {
	r := hooked(t)
	const services = "/api/v1/namespaces/hooked/services"
	service := func(name, more string) []byte {
		return []byte(`{"metadata":{"name":"` + name + `"},"spec":{"ports":[{"port":80}]` + more + `}}`)
	}
	made := func(name, more string) string {
		r.t.Helper()
		r.do("POST", services, service(name, more), "")
		r.want(201, "")
		var s core.Service
		if err := json.Unmarshal(r.body, &s); err != nil {
			t.Fatal(err)
		}
		return s.Spec.ClusterIP
	}
	ip := made("a", "")
	r.do("GET", networkingAPI+"ipaddresses/"+ip, nil, "")
	r.want(200, `"parentRef":{"resource":"services","namespace":"hooked","name":"a"}`)
	if !strings.Contains(string(r.body), `"ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"`) {
		t.Errorf("the labels are not upstream's: %s", r.body)
	}
	r.do("PATCH", services+"/a", []byte(`{"spec":{"type":"ExternalName","externalName":"x.example","clusterIP":null,"clusterIPs":null}}`), "application/merge-patch+json")
	r.want(200, "")
	r.do("GET", networkingAPI+"ipaddresses/"+ip, nil, "")
	r.want(404, `ipaddresses.networking.k8s.io \"`+ip+`\" not found`)

	ip = made("b", "")
	r.do("DELETE", services+"/b", nil, "")
	r.want(200, "")
	r.do("GET", networkingAPI+"ipaddresses/"+ip, nil, "")
	r.want(404, "")

	asks := `,"clusterIP":"192.168.77.9"`
	r.do("POST", services, service("c", asks), "")
	r.want(422, "The range of valid IPs is 10.")
	r.do("POST", networkingAPI+"servicecidrs", []byte(`{"metadata":{"name":"more"},"spec":{"cidrs":["192.168.77.0/24"]}}`), "")
	r.want(201, "")
	r.do("POST", services, service("c", asks), "")
	r.want(422, "The range of valid IPs is 10.") // not ready yet
	r.do("PATCH", networkingAPI+"servicecidrs/more/status", []byte(`{"status":{"conditions":[{"type":"Ready","status":"True","reason":"x","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`), "application/merge-patch+json")
	r.want(200, "")
	r.do("GET", networkingAPI+"servicecidrs/more", nil, "")
	r.want(200, "")
	if got := made("c", asks); got != "192.168.77.9" {
		t.Errorf("the service got %s", got)
	}

	r.do("POST", networkingAPI+"ipaddresses", []byte(`{"metadata":{"name":"192.168.77.10"},"spec":{"parentRef":{"resource":"things","name":"x"}}}`), "")
	r.want(201, "")
	r.do("POST", services, service("d", `,"clusterIP":"192.168.77.10"`), "")
	r.want(422, "provided IP is already allocated")
}
