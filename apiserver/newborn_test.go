package apiserver_test

import (
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

// TestPodInNewNamespace: a pod that comes before the default account of its
// namespace waits for it; one that names another account is refused at once.
func TestPodInNewNamespace(t *testing.T) {
	ctx := t.Context()
	c := testserver.Start(t, nil).Client(t)
	ns := &core.Namespace{}
	ns.Name = "fresh"
	if _, err := client.Of[*core.Namespace](c).Create(ctx, ns); err != nil {
		t.Fatal(err)
	}
	pod := func(name, account string) *core.Pod {
		p := &core.Pod{}
		p.Namespace, p.Name, p.Spec.ServiceAccountName = "fresh", name, account
		p.Spec.Containers = []core.Container{{Name: "c", Image: "i"}}
		return p
	}
	pods := client.Of[*core.Pod](c)
	if _, err := pods.Create(ctx, pod("other", "other")); !client.IsForbidden(err) {
		t.Errorf("a pod of an account that is not there gives %v", err)
	}
	made := make(chan error, 1)
	go func() {
		_, err := pods.Create(ctx, pod("early", ""))
		made <- err
	}()
	account := &core.ServiceAccount{}
	account.Namespace, account.Name = "fresh", "default"
	if _, err := client.Of[*core.ServiceAccount](c).Create(ctx, account); err != nil {
		t.Fatal(err)
	}
	if err := <-made; err != nil {
		t.Errorf("the pod that came with the account: %v", err)
	}
}
