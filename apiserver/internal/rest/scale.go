package rest

import (
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// scaleOf is a controller's size as a Scale.
func scaleOf(rc *core.ReplicationController) *autoscaling.Scale {
	s := &autoscaling.Scale{TypeMeta: meta.TypeMeta{Kind: "Scale", APIVersion: "autoscaling/v1"}}
	s.Name, s.Namespace, s.UID = rc.Name, rc.Namespace, rc.UID
	s.ResourceVersion, s.CreationTimestamp = rc.ResourceVersion, rc.CreationTimestamp
	if rc.Spec.Replicas != nil {
		s.Spec.Replicas = *rc.Spec.Replicas
	}
	s.Status.Replicas = rc.Status.Replicas
	s.Status.Selector = selector.FromMap(rc.Spec.Selector).String()
	return s
}

// scale reads and sets the size of a replication controller.
func (c *call) scale() error {
	switch c.info.Verb {
	case "get":
		o, err := c.fetch("")
		if err != nil {
			return err
		}
		return c.answerScale(cached(o))
	case "update", "patch":
		return c.setScale()
	}
	return status.MethodNotAllowed(c.name(), c.info.Verb)
}

func (c *call) setScale() error {
	o, err := c.writeOptions()
	if err != nil {
		return err
	}
	b, err := c.body() // once: the change may be made several times
	if err != nil {
		return err
	}
	kind := scheme.ByKind("autoscaling/v1", "Scale")
	var sent meta.Object
	if c.info.Verb == "update" {
		if sent, err = c.decode(b, kind, o); err != nil {
			return err
		}
	}
	s, err := c.modify(nil, o, func(_ *current, old meta.Object) (meta.Object, error) {
		rc := old.(*core.ReplicationController).DeepCopy()
		next := sent
		if next == nil {
			if next, err = c.patchTyped(b, o, scaleOf(rc), kind); err != nil {
				return nil, err
			}
		}
		scale := next.(*autoscaling.Scale)
		rc.ResourceVersion, rc.UID = scale.ResourceVersion, scale.UID
		if rc.UID == "" {
			rc.UID = old.GetObjectMeta().UID
		}
		rc.Spec.Replicas = &scale.Spec.Replicas
		return rc, nil
	})
	if err != nil {
		return err
	}
	return c.answerScale(s)
}

func (c *call) answerScale(s source) error {
	rc := &core.ReplicationController{}
	if err := codec.DecodeJSON(s.json, rc); err != nil {
		return err
	}
	return c.answerAny(http.StatusOK, scaleOf(rc))
}
