package rest

import (
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// scale reads and sets the size of an object.
func (c *call) scale(s *resources.Scale) error {
	switch c.info.Verb {
	case "get":
		o, err := c.fetch("")
		if missing(err) {
			return c.noScale()
		}
		if err != nil {
			return err
		}
		return c.answerScale(s, cached(o))
	case "update", "patch":
		return c.setScale(s)
	}
	return c.noMethod()
}

// noScale is the 404 of a size, which names the part for some kinds and not for
// others.
func (c *call) noScale() error {
	r := c.name()
	if c.info.Resource != "statefulsets" && !c.res.Custom {
		if r.Name += "/scale"; r.Group == "" {
			r.Group = "autoscaling"
		}
	}
	return status.NotFound(r, c.info.Name)
}

func (c *call) setScale(of *resources.Scale) error {
	o, err := c.writeOptions()
	if err != nil {
		return err
	}
	b, err := c.body() // once: the change may be made several times
	if err != nil {
		return err
	}
	if c.info.Verb == "patch" && c.mediaType() == typeApplyPatch {
		return c.applyScale(of, o, b)
	}
	kind := scheme.ByKind("autoscaling/v1", "Scale")
	var sent meta.Object
	if c.info.Verb == "update" {
		if sent, err = c.decode(b, kind, o); err != nil {
			return err
		}
		if err := c.sameName(sent.GetObjectMeta()); err != nil {
			return err
		}
	}
	s, err := c.modify(nil, o, func(_ *current, old meta.Object) (meta.Object, error) {
		next := sent
		if next == nil {
			was, err := of.Read(old)
			if err != nil {
				return nil, err
			}
			if next, err = c.patchTyped(b, o, was, kind); err != nil {
				return nil, err
			}
			if err := c.sameName(next.GetObjectMeta()); err != nil {
				return nil, err
			}
		}
		return c.resized(of, o, next.(*autoscaling.Scale), old)
	})
	if err != nil && sent != nil {
		return c.goneOrOther(err, sent.GetObjectMeta())
	}
	if err != nil {
		return err
	}
	return c.answerScale(of, s)
}

// resized is a copy of an object with the size that a Scale asks for.
func (c *call) resized(of *resources.Scale, o options, s *autoscaling.Scale, old meta.Object) (meta.Object, error) {
	om := old.GetObjectMeta()
	if s.Name == "" {
		s.Name = om.Name
	}
	if s.Namespace == "" {
		s.Namespace = om.Namespace
	}
	if s.Namespace != om.Namespace {
		return nil, status.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	if s.Name != om.Name {
		return nil, status.BadRequest("the name of the object (%s) does not match the name on the URL (%s)", s.Name, om.Name)
	}
	was, err := of.Read(old)
	if err != nil {
		return nil, err
	}
	r := c.admissionRequest(admission.Update, o)
	r.Kind, r.Object, r.Old = scheme.ByKind("autoscaling/v1", "Scale"), s, was
	if err := c.Admission.Admit(c.r.Context(), r); err != nil {
		return nil, err
	}
	if c.res.Custom {
		if n := s.Spec.Replicas; n < 0 {
			return nil, c.invalid(s.Name, field.ErrorList{field.Invalid(field.New(of.Path), n, "should be a non-negative integer")})
		}
	} else if errs := autoscaling.ValidateScale(s); len(errs) > 0 {
		return nil, status.Invalid("autoscaling", "Scale", s.Name, errs)
	}
	if err := c.Admission.Check(c.r.Context(), r); err != nil {
		return nil, err
	}
	next := copyOf(old)
	m := next.GetObjectMeta()
	m.ResourceVersion = s.ResourceVersion
	if s.UID != "" {
		m.UID = s.UID
	}
	return next, of.Write(next, s.Spec.Replicas)
}

func (c *call) answerScale(of *resources.Scale, s source) error {
	o, err := c.typed(s)
	if err != nil {
		return err
	}
	scale, err := of.Read(o)
	if err != nil {
		return err
	}
	return c.answerAny(http.StatusOK, scale)
}
