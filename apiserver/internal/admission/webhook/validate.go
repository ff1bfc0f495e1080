package webhook

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Validate asks the validating webhooks, all at once. The first no to arrive is
// the answer.
func (h *Hooks) Validate(ctx context.Context, r *admission.Request) error {
	hooks := *h.validating.Now()
	if len(hooks) == 0 || !h.asked(r) {
		return nil
	}
	shown, all := views(r)
	var calls []call
	for _, k := range hooks {
		s, err := h.wants(ctx, k, r, shown)
		if err != nil {
			return err
		}
		if s != nil {
			calls = append(calls, call{k, s})
		}
	}
	for _, s := range all() { // The texts are made before the calls share them.
		if _, err := s.Object(); err != nil {
			return err
		}
		if _, err := s.Old(); err != nil {
			return err
		}
	}
	start := time.Now()
	defer func() { request.From(ctx).Apart(time.Since(start)) }()
	if len(calls) == 1 {
		return h.validate(ctx, calls[0])
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(calls))
	for _, c := range calls {
		wg.Go(func() {
			if err := h.validate(ctx, c); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// call is a hook and what it is to be shown.
type call struct {
	*hook
	shown *match.Shown
}

// validate asks one hook. The error is the Status to answer.
func (h *Hooks) validate(ctx context.Context, c call) error {
	if c.shown.DryRun && !c.dry {
		return noDryRun(c.name)
	}
	start := time.Now()
	resp, err := h.review(ctx, c.hook, c.shown)
	if err == nil && !resp.Allowed {
		err = denied(c.name, resp.Result)
	}
	h.metrics.count(c.hook, c.shown.Request.Operation, err, time.Since(start))
	if err != nil {
		return h.failed(ctx, c.hook, err)
	}
	return nil
}

// failed is what becomes of the request when a hook could not be asked.
func (h *Hooks) failed(ctx context.Context, k *hook, err error) error {
	var e *callError
	if !errors.As(err, &e) {
		return err
	}
	if !k.ignore {
		return status.Internal(err)
	}
	if ctx.Err() != nil {
		return status.Timeout("request did not complete within requested timeout")
	}
	h.Log.Warn("a webhook that may fail did", "webhook", k.name, "error", err)
	return nil
}
