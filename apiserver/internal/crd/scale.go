package crd

import (
	"fmt"
	"math"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// scale is where an object has its size.
type scale struct {
	spec, status, selector []string
}

func newScale(s *apiextensions.CustomResourceSubresourceScale) *scale {
	split := func(path string) []string { return strings.Split(strings.TrimPrefix(path, "."), ".") }
	out := &scale{spec: split(s.SpecReplicasPath), status: split(s.StatusReplicasPath)}
	if s.LabelSelectorPath != nil && *s.LabelSelectorPath != "" {
		out.selector = split(*s.LabelSelectorPath)
	}
	return out
}

// number is the number at a path; an object without it has none.
func number(o *object.Object, path []string) (n int64, has bool, err error) {
	v, has, err := lookup(o, path)
	if !has || err != nil {
		return 0, false, err
	}
	n, ok := v.(int64)
	if !ok {
		return 0, false, accessError(path, v, "int64")
	}
	return n, true, nil
}

// lookup is the value at a path; what is no object on the way is an error.
func lookup(o *object.Object, path []string) (any, bool, error) {
	var v any = o.Content
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false, accessError(path, v, "map[string]interface {}")
		}
		if v, ok = m[name]; !ok {
			return nil, false, nil
		}
	}
	return v, true, nil
}

func accessError(path []string, v any, want string) error {
	if strings.HasPrefix(want, "map") {
		want = "map[string]interface{}"
	}
	return fmt.Errorf(".%s accessor error: %v is of the type %T, expected %s", strings.Join(path, "."), v, v, want)
}

func (s *scale) read(o meta.Object) (*autoscaling.Scale, error) {
	obj := o.(*object.Object)
	out := resources.NewScale(o)
	wanted, has, err := number(obj, s.spec)
	if err != nil {
		return nil, err
	}
	if !has {
		return nil, fmt.Errorf("the spec replicas field %q does not exist", "."+strings.Join(s.spec, "."))
	}
	there, _, err := number(obj, s.status)
	if err != nil {
		return nil, err
	}
	out.Spec.Replicas, out.Status.Replicas = clamp(wanted), clamp(there)
	if s.selector != nil {
		if v, has, _ := lookup(obj, s.selector); has {
			out.Status.Selector, _ = v.(string)
		}
	}
	return out, nil
}

// clamp is n as far as a Scale can say it.
func clamp(n int64) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }

func (s *scale) write(o meta.Object, replicas int32) error {
	if !o.(*object.Object).Set(int64(replicas), s.spec...) {
		return fmt.Errorf(".%s cannot be set", strings.Join(s.spec, "."))
	}
	return nil
}

// validate checks the numbers that an object has at the paths.
func (s *scale) validate(o *object.Object) (errs field.ErrorList) {
	if s == nil {
		return nil
	}
	for _, path := range [][]string{s.spec, s.status} {
		n, has, err := number(o, path)
		name := "." + strings.Join(path, ".")
		p := field.New(name)
		switch {
		case err != nil:
			errs = append(errs, field.Invalid(p, n, err.Error()))
		case has && n < 0:
			errs = append(errs, field.Invalid(p, n, "should be a non-negative integer"))
		case has && n > math.MaxInt32:
			errs = append(errs, field.Invalid(p, n, fmt.Sprintf("should be less than or equal to %v", math.MaxInt32)))
		}
	}
	if s.selector != nil {
		name := "." + strings.Join(s.selector, ".")
		if v, has, err := lookup(o, s.selector); err != nil {
			errs = append(errs, field.Invalid(field.New(name), v, err.Error()))
		} else if _, text := v.(string); has && !text {
			errs = append(errs, field.Invalid(field.New(name), "", accessError(s.selector, v, "string").Error()))
		}
	}
	return errs
}
