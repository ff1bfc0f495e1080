package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	wire "github.com/pilothouse/pilothouse/proto/admission"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// rounds is what one request's first round leaves for its second.
type rounds struct {
	// output is the object as the webhooks left it.
	output []byte
	// asked are the hooks that may be asked again and have been asked since the
	// last change; again are those that shall be.
	asked, again map[string]bool
}

// changed makes everybody who was asked before be asked again.
func (s *rounds) changed() {
	for id := range s.asked {
		s.again[id] = true
	}
	clear(s.asked)
}

// Mutate asks the mutating webhooks in their order. Each sees what the ones
// before it have changed.
func (h *Hooks) Mutate(ctx context.Context, r *admission.Request) error {
	hooks := *h.mutating.Now()
	if len(hooks) == 0 || !h.asked(r) {
		return nil
	}
	state, _ := r.Rounds.Hooks.(*rounds)
	if state == nil {
		state = &rounds{asked: map[string]bool{}, again: map[string]bool{}}
		r.Rounds.Hooks = state
	}
	if r.Rounds.Second && r.Object != nil {
		now, err := codec.EncodeJSON(r.Object)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, state.output) {
			state.changed()
		}
	}
	shown, all := views(r)
	for _, k := range hooks {
		s, err := h.wants(ctx, k, r, shown)
		if err != nil {
			return err
		}
		if s == nil || r.Rounds.Second && !state.again[k.id] {
			continue
		}
		changed, err := h.mutate(ctx, k, s)
		if err != nil {
			if err = h.failed(ctx, k, err); err != nil {
				return err
			}
			continue
		}
		if changed {
			for _, v := range all() {
				v.Changed()
			}
			state.changed()
			r.Rounds.Changed = true
		}
		if k.reinvoke {
			state.asked[k.id] = true
		}
	}
	if r.Rounds.Changed && !r.Rounds.Second && r.Object != nil {
		var err error
		if state.output, err = codec.EncodeJSON(r.Object); err != nil {
			return err
		}
	}
	return nil
}

// mutate asks one hook and makes the change that it wants.
func (h *Hooks) mutate(ctx context.Context, k *hook, s *match.Shown) (changed bool, err error) {
	if s.DryRun && !k.dry {
		return false, noDryRun(k.name)
	}
	resp, err := h.review(ctx, k, s)
	if err != nil {
		return false, err
	}
	if !resp.Allowed {
		return false, denied(k.name, resp.Result)
	}
	if len(resp.Patch) == 0 {
		return false, nil
	}
	var p jsonpatch.Patch
	if err := json.Unmarshal(resp.Patch, &p); err != nil {
		return false, status.Internal(err)
	}
	if len(p) == 0 {
		return false, nil
	}
	if s.Request.Object == nil {
		return false, status.Internal(fmt.Errorf("admission webhook %q attempted to modify the object, which is not supported for this operation", k.name))
	}
	if *resp.PatchType != wire.PatchTypeJSONPatch {
		return false, &callError{k.name, fmt.Errorf("unsupported patch type %q", *resp.PatchType)}
	}
	return apply(p, s)
}

// apply patches the object in place.
func apply(p jsonpatch.Patch, s *match.Shown) (changed bool, err error) {
	before, err := s.Object()
	if err != nil {
		return false, err
	}
	text, err := p.Apply(before)
	if err != nil {
		return false, status.Internal(err)
	}
	next, err := s.Call.Read(text, s.As.Kind)
	if err == nil && s.As.Back != nil {
		next, err = s.As.Back(next)
	}
	if err != nil {
		return false, status.Internal(errors.New(cause(err)))
	}
	old, err := codec.EncodeJSON(s.Request.Object)
	if err != nil {
		return false, err
	}
	now, err := codec.EncodeJSON(next)
	if err != nil {
		return false, err
	}
	if bytes.Equal(old, now) {
		return false, nil
	}
	return true, replace(s.Request.Object, next)
}

// replace puts next where o is, so that everybody who holds o has it.
func replace(o, next meta.Object) error {
	to, from := reflect.ValueOf(o), reflect.ValueOf(next)
	if to.Kind() != reflect.Pointer || to.Type() != from.Type() {
		return status.Internal(fmt.Errorf("a webhook's change made a %T of a %T", next, o))
	}
	to.Elem().Set(from.Elem())
	return nil
}

// cause is the text of an error without what a refusal of a body puts around
// it: nobody sent this one.
func cause(err error) string {
	text := status.From(err).Status.Message
	if _, after, ok := strings.Cut(text, " cannot be handled as a "); ok {
		_, text, _ = strings.Cut(after, ": ")
	}
	return text
}
