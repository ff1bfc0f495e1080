package apiserver_test

import (
	"testing"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestWatchAcrossRestart: a watch goes on where it was when the server has been
// started again meanwhile: it misses nothing, and sees each change by itself.
func TestWatchAcrossRestart(t *testing.T) {
	first := testserver.Start(t, nil)
	maps := client.Of[*core.ConfigMap](first.Client(t))
	make := func(name, value string) *core.ConfigMap {
		m := &core.ConfigMap{TypeMeta: meta.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"}, Data: map[string]string{"v": value}}
		m.Name, m.Namespace = name, "default"
		return m
	}
	seen, err := maps.Create(t.Context(), make("seen", "1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := maps.Create(t.Context(), make("missed", "1")); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"2", "3"} {
		if _, err := maps.Update(t.Context(), make("missed", v)); err != nil {
			t.Fatal(err)
		}
	}
	if err := maps.Delete(t.Context(), "default", "seen"); err != nil {
		t.Fatal(err)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := testserver.Start(t, func(c *apiserver.Config) { c.DataDir = first.DataDir })
	maps = client.Of[*core.ConfigMap](second.Client(t))
	if _, err := maps.Update(t.Context(), make("missed", "4")); err != nil {
		t.Fatal(err)
	}
	w, err := maps.Watch(t.Context(), "default", client.ListOptions{ResourceVersion: seen.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for _, want := range []string{"ADDED missed 1", "MODIFIED missed 2", "MODIFIED missed 3", "DELETED seen 1", "MODIFIED missed 4"} {
		e, err := w.Next(t.Context())
		if err != nil {
			t.Fatalf("waiting for %s: %v", want, err)
		}
		if got := string(e.Type) + " " + e.Object.Name + " " + e.Object.Data["v"]; got != want {
			t.Errorf("the watch tells %s, want %s", got, want)
		}
	}
}
