// Package webhook asks the webhooks that users have configured about writes:
// mutating ones before validation, one after the other (mutate.go), validating
// ones after it, all at once (validate.go). What goes over the wire and what
// comes back is in review.go, connections in client.go, what a webhook wants to
// be asked about in hook.go and package match, and how it went in metrics.go.
package webhook

import (
	"context"
	"log/slog"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// Resolver finds where a service is served, as host:port.
type Resolver func(ctx context.Context, namespace, name string, port int32) (string, error)

// Hooks are the webhooks that are configured. They are a prometheus.Collector of
// how they answer.
type Hooks struct {
	// Serving is closed when the server serves: what it writes before that is its
	// own, and webhooks might wait for it.
	Serving <-chan struct{}
	// Log is for webhooks that fail and may.
	Log *slog.Logger

	view                 *match.View
	clients              *clients
	metrics              metrics
	mutating, validating *match.Index[[]*hook]
}

// New reads the configurations from the view's cache.
func New(view *match.View, resolve Resolver, serving <-chan struct{}, log *slog.Logger) *Hooks {
	h := &Hooks{Serving: serving, Log: log, view: view, clients: newClients(resolve), metrics: newMetrics()}
	h.mutating = match.NewIndex(view.Cache, h.compileMutating, "mutatingwebhookconfigurations.admissionregistration.k8s.io")
	h.validating = match.NewIndex(view.Cache, h.compileValidating, "validatingwebhookconfigurations.admissionregistration.k8s.io")
	return h
}

func (h *Hooks) compileMutating(objects []*cache.Object) []*hook {
	var out []*hook
	for _, o := range objects {
		c := &admissionregistration.MutatingWebhookConfiguration{}
		if err := codec.DecodeJSON(o.JSON(), c); err != nil {
			h.Log.Error("a stored webhook configuration cannot be read", "name", o.Name, "error", err)
			continue
		}
		for i := range c.Webhooks {
			out = append(out, newMutating(o.Name, i, &c.Webhooks[i]))
		}
	}
	h.clients.keep(true, out)
	return out
}

func (h *Hooks) compileValidating(objects []*cache.Object) []*hook {
	var out []*hook
	for _, o := range objects {
		c := &admissionregistration.ValidatingWebhookConfiguration{}
		if err := codec.DecodeJSON(o.JSON(), c); err != nil {
			h.Log.Error("a stored webhook configuration cannot be read", "name", o.Name, "error", err)
			continue
		}
		for i := range c.Webhooks {
			out = append(out, newValidating(o.Name, i, &c.Webhooks[i]))
		}
	}
	h.clients.keep(false, out)
	return out
}

// asked says whether webhooks are asked about r at all.
func (h *Hooks) asked(r *admission.Request) bool {
	if match.Exempt(r) {
		return false
	}
	select {
	case <-h.Serving:
		return true
	default:
		return false
	}
}

// wants is the form in which a hook wants to see the request; nil when it does
// not want to.
func (h *Hooks) wants(ctx context.Context, k *hook, r *admission.Request, shown func(match.Form) *match.Shown) (*match.Shown, error) {
	form := match.Find(len(k.rules), func(i int, t match.Target) bool { return match.Rule(&k.rules[i], t, r) }, r, k.exact, h.view.Forms)
	if form == nil {
		return nil, nil
	}
	ok, err := k.selectors.Match(ctx, r, h.view)
	if !ok || err != nil {
		return nil, err
	}
	s := shown(*form)
	if k.conditions.Empty() {
		return s, nil
	}
	ok, err = k.conditions.Hold(ctx, h.view.Values(ctx, s))
	switch {
	case err != nil && k.ignore, !ok && err == nil:
		return nil, nil
	case err != nil:
		return nil, status.Forbidden(r.Resource, r.Name, err.Error())
	}
	return s, nil
}

// views keeps one Shown for each form in which a request is asked for.
func views(r *admission.Request) (shown func(match.Form) *match.Shown, all func() []*match.Shown) {
	var made []*match.Shown
	return func(f match.Form) *match.Shown {
		for _, s := range made {
			if s.As.Target == f.Target {
				return s
			}
		}
		s := match.Show(r, f)
		made = append(made, s)
		return s
	}, func() []*match.Shown { return made }
}
