package match

import (
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Form is a resource and kind under which an object can be shown.
type Form struct {
	Target
	// Kind is the kind of the objects there.
	Kind *scheme.Kind
	// Convert makes an object of this form of one in the form of the request;
	// nil for the request's own form.
	Convert func(o meta.Object) (meta.Object, error)
	// Back is the way back.
	Back func(o meta.Object) (meta.Object, error)
}

// Forms lists the other forms in which the objects of a resource are served.
type Forms func(r *admission.Request) []Form

// Shown is a request with its objects in one form. The texts are made when they
// are first asked for.
type Shown struct {
	*admission.Request
	// As is the form.
	As Form

	object, old []byte
	has, hasOld bool
}

// Own is the request in its own form.
func Own(r *admission.Request) Form { return Form{Target: Of(r), Kind: r.Kind} }

// Show is the request in a form.
func Show(r *admission.Request, as Form) *Shown { return &Shown{Request: r, As: as} }

// Object is the JSON of what is written, nil if there is nothing.
func (s *Shown) Object() ([]byte, error) {
	if s.has {
		return s.object, nil
	}
	b, err := s.text(s.Request.Object)
	if s.Request.Object == nil {
		b = s.Body
	}
	if err != nil {
		return nil, err
	}
	s.object, s.has = b, true
	return b, nil
}

// Changed makes the next Object look again.
func (s *Shown) Changed() { s.has = false }

// Old is the JSON of what is there.
func (s *Shown) Old() ([]byte, error) {
	if s.hasOld {
		return s.old, nil
	}
	b, err := s.text(s.Request.Old)
	if err != nil {
		return nil, err
	}
	s.old, s.hasOld = b, true
	return b, nil
}

func (s *Shown) text(o meta.Object) ([]byte, error) {
	if o != nil && s.As.Convert != nil {
		var err error
		if o, err = s.As.Convert(o); err != nil {
			return nil, status.Internal(err)
		}
	}
	return encode(o)
}

// Find is the form in which a rule wants the request: its own or, unless exact,
// another one of the same object. Nil means that no rule does.
func Find(n int, rule func(i int, t Target) bool, r *admission.Request, exact bool, forms Forms) *Form {
	own := Own(r)
	for i := range n {
		if rule(i, own.Target) {
			return &own
		}
	}
	if exact || forms == nil {
		return nil
	}
	others := forms(r)
	for i := range n {
		for j := range others {
			if rule(i, others[j].Target) {
				return &others[j]
			}
		}
	}
	return nil
}

// String names the form in messages.
func (t Target) String() string {
	return fmt.Sprintf("%s/%s, Resource=%s", t.Group, t.Version, t.Resource)
}
