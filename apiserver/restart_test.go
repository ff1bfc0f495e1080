package apiserver_test

import (
	"testing"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestRestart: what was stored is there again, the credentials still open the
// door, and a service's address is not handed out a second time.
func TestRestart(t *testing.T) {
	first := testserver.Start(t, nil)
	svc := &core.Service{TypeMeta: meta.TypeMeta{Kind: "Service", APIVersion: "v1"}}
	svc.Name, svc.Namespace = "web", "default"
	svc.Spec.Ports = []core.ServicePort{{Port: 80}}
	made, err := client.Of[*core.Service](first.Client(t)).Create(t.Context(), svc)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := testserver.Start(t, func(c *apiserver.Config) { c.DataDir = first.DataDir })
	services := client.Of[*core.Service](second.Client(t))
	got, err := services.Get(t.Context(), "default", "web")
	if err != nil || got.UID != made.UID || got.Spec.ClusterIP != made.Spec.ClusterIP {
		t.Fatalf("after the restart the service is %+v, %v", got, err)
	}
	svc.Name, svc.Spec.ClusterIP = "twin", made.Spec.ClusterIP
	if _, err := services.Create(t.Context(), svc); !client.IsInvalid(err) {
		t.Errorf("a second service got the address %s: %v", made.Spec.ClusterIP, err)
	}
}
