package rest

import (
	"encoding/json"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// scaleKind is what a size is applied as.
var scaleKind = scheme.ByKind("autoscaling/v1", "Scale")

// scaleFields knows the fields of a Scale.
var scaleFields = sync.OnceValue(func() *fieldmanager.Kind { return fieldmanager.NewKind(scaleKind, nil) })

// applyScale applies the size that a configuration of kind Scale asks for.
func (c *call) applyScale(of *resources.Scale, o options, body []byte) error {
	doc, err := configuration(body)
	if err != nil {
		return err
	}
	o.tracked = true
	s, err := c.modify(nil, o, func(_ *current, old meta.Object) (meta.Object, error) {
		cfg, err := configOf(scaleKind, o, doc)
		if err != nil {
			return nil, err
		}
		if err := scaleFields().Check(cfg.Config); err != nil {
			return nil, applyError(err)
		}
		scale := &autoscaling.Scale{}
		if err := codec.DecodeJSON(doc, scale); err != nil {
			return nil, err
		}
		return c.applySize(of, o, cfg, scale, old)
	})
	if err != nil {
		return err
	}
	return c.answerScale(of, s)
}

// applySize is a copy of an object with the size that is applied.
func (c *call) applySize(of *resources.Scale, o options, cfg *applied, scale *autoscaling.Scale, old meta.Object) (meta.Object, error) {
	was, err := of.Read(old)
	if err != nil {
		return nil, err
	}
	// A Scale leaves a size of 0 out, so that it never is there already.
	size := fieldmanager.Size{Given: givesSize(cfg.JSON), Same: was.Spec.Replicas == scale.Spec.Replicas && was.Spec.Replicas != 0, Force: cfg.Force}
	if !size.Given {
		scale.Spec.Replicas = was.Spec.Replicas
	}
	empty := c.res.Kind.New()
	if size.Without, err = codec.EncodeJSON(empty); err != nil {
		return nil, err
	}
	if err := of.Write(empty, scale.Spec.Replicas); err != nil {
		return nil, err
	}
	if size.With, err = codec.EncodeJSON(empty); err != nil {
		return nil, err
	}
	managed, err := c.res.fields().ApplySize(c.writer(o), size, old.GetObjectMeta().ManagedFields)
	if err != nil {
		return nil, applyError(err)
	}
	next, err := c.resized(of, o, scale, old)
	if err != nil {
		return nil, err
	}
	next.GetObjectMeta().ManagedFields = managed
	return next, nil
}

// givesSize says whether a configuration names a size at all.
func givesSize(doc []byte) bool {
	var s struct {
		Spec struct{ Replicas *int32 }
	}
	return json.Unmarshal(doc, &s) == nil && s.Spec.Replicas != nil
}
