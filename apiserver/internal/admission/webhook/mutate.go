package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	wire "github.com/pilothouse/pilothouse/proto/admission"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// Mutate asks the mutating webhooks in their order. Each sees what the ones
// before it have changed.
func (h *Hooks) Mutate(ctx context.Context, r *admission.Request) error {
	hooks := *h.mutating.Now()
	if len(hooks) == 0 || !h.asked(r) {
		return nil
	}
	state, _ := r.Rounds.Hooks.(*match.Rounds)
	if state == nil {
		state = match.NewRounds()
		r.Rounds.Hooks = state
	}
	if r.Rounds.Second && r.Object != nil {
		now, err := codec.EncodeJSON(r.Object)
		if err != nil {
			return err
		}
		state.Found(now)
	}
	shown, all := views(r)
	for _, k := range hooks {
		s, err := h.wants(ctx, k, r, shown)
		if err != nil {
			return err
		}
		if s == nil || r.Rounds.Second && !state.Again(k.id) {
			continue
		}
		start := time.Now()
		changed, err := h.mutate(ctx, k, s)
		took := time.Since(start)
		request.From(ctx).Apart(took)
		h.metrics.count(k, r.Operation, err, took)
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
			state.Changed()
			r.Rounds.Changed = true
		}
		if k.reinvoke {
			state.Asked(k.id)
		}
	}
	if r.Rounds.Changed && !r.Rounds.Second && r.Object != nil {
		left, err := codec.EncodeJSON(r.Object)
		if err != nil {
			return err
		}
		state.Left(left)
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
	if changed, err = s.Replace(text); err != nil {
		return false, status.Internal(err)
	}
	return changed, nil
}
