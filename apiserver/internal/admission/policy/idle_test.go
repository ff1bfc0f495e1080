package policy

import (
	"context"
	"log/slog"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/webhook"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
)

// TestIdle: while nobody has configured a webhook or a policy, a write pays for
// neither.
func TestIdle(t *testing.T) {
	var tables []cache.Resource
	for _, name := range []string{policyTable, bindingTable, mutatorTable, mutatorBindingTable, "mutatingwebhookconfigurations.admissionregistration.k8s.io",
		"validatingwebhookconfigurations.admissionregistration.k8s.io"} {
		tables = append(tables, cache.Resource{Name: name, Prefix: "/registry/" + name + "/"})
	}
	view := &match.View{Cache: cache.New(&clientv3.Client{}, nil, cache.Options{Resources: tables, Log: slog.Default()})}
	serving := make(chan struct{})
	close(serving)
	policies := New(view, serving, slog.Default())
	mutators := NewMutators(view, serving, slog.Default())
	hooks := webhook.New(view, nil, serving, slog.Default())
	r := &admission.Request{Operation: admission.Create, Resource: status.Resource{Name: "pods"}, Version: "v1", Namespace: "ns", Object: &core.Pod{}}
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() {
		for _, step := range []func(context.Context, *admission.Request) error{mutators.Mutate, policies.Validate, hooks.Mutate, hooks.Validate} {
			if err := step(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
	}); n > 4 { // The steps above are values of methods.
		t.Errorf("a write that nobody asked about allocates %v times", n)
	}
}

func BenchmarkIdle(b *testing.B) {
	var tables []cache.Resource
	for _, name := range []string{policyTable, bindingTable} {
		tables = append(tables, cache.Resource{Name: name, Prefix: "/registry/" + name + "/"})
	}
	serving := make(chan struct{})
	close(serving)
	p := New(&match.View{Cache: cache.New(&clientv3.Client{}, nil, cache.Options{Resources: tables, Log: slog.Default()})}, serving, slog.Default())
	r := &admission.Request{Operation: admission.Create, Resource: status.Resource{Name: "pods"}, Version: "v1", Namespace: "ns", Object: &core.Pod{}}
	for b.Loop() {
		if err := p.Validate(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
